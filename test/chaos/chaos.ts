import { setTimeout as delay } from "node:timers/promises";
import { readBooks } from "./evidence/books.ts";
import type { Evidence, Sent } from "./evidence/evidence.ts";
import { findRemains } from "./evidence/remains.ts";
import { serveAll } from "./evidence/served.ts";
import { openState } from "./evidence/state.ts";
import { findStuck, isAtWork } from "./evidence/stuck.ts";
import { NO_FAULTS } from "./server/faults.ts";
import { type StormServer, startServer } from "./server/server.ts";
import { runCron, storm } from "./storm/storm.ts";
import type { Notes } from "./storm/visitor.ts";
import { startUpstream } from "./upstream/upstream.ts";

export interface ChaosOptions {
  readonly seed: number;
  /** Of the storm alone: a start, and a minute or two until all is quiet, come on top. */
  readonly seconds: number;
  readonly visitors?: number;
}

/** Far above the longest wait for another try that the clock cannot leap over: an alarm's, which was set before. */
const QUIET_WITHIN_MS = 150_000;
const LEAP_MS = 300_000;
const POLL_MS = 2_000;

/** Nothing fails any more: what waits for another try comes to its end, or is stuck. */
async function becomeQuiet(server: StormServer): Promise<string[]> {
  const state = openState(server.worker.state);
  const until = Date.now() + QUIET_WITHIN_MS;
  for (;;) {
    if (!isAtWork(state, server.now())) await server.leap(LEAP_MS);
    await runCron(server, "*/5 * * * *");
    const stuck = findStuck(state, server);
    if (stuck.length === 0 || Date.now() > until) return stuck;
    await delay(POLL_MS);
  }
}

/** A storm, the quiet after it, and all that is known then. `look`: told of the state folder before it goes. */
export async function chaos(
  options: ChaosOptions,
  look?: (stateFolder: string, notes: Notes) => void,
): Promise<Evidence> {
  const { seed, seconds, visitors = 10 } = options;
  const sent: Sent[] = [];
  const notes: Notes = {
    questions: new Map(),
    answers: [],
    portraitsOf: new Map(),
    people: [],
    erased: [],
    jobs: new Map(),
  };
  const upstream = await startUpstream(seed, notes.questions);
  let server: StormServer | undefined;
  try {
    server = await startServer(upstream.baseUrl, (seconds * 1_000) / 2);
    const { worker, kills } = server;
    await storm({ seed, ms: seconds * 1_000, visitors, server, notes, sent });
    upstream.calm();
    await server.setFaults(NO_FAULTS);
    const stuck = await becomeQuiet(server);
    const state = openState(worker.state);
    const served = await serveAll(state, worker.origin);
    await worker.kill();
    const questions = [...notes.questions.values()];
    const evidence = {
      questions,
      sent,
      answers: notes.answers,
      calls: [...upstream.calls],
      kills,
      faults: server.faults(),
      erased: notes.erased.map(({ name }) => name),
      books: readBooks(state, questions, notes.jobs),
      served,
      stuck,
      remains: findRemains(state, notes),
      serverLog: worker.output(),
    };
    look?.(worker.state, notes);
    return evidence;
  } finally {
    await server?.worker.dispose();
    await upstream.close();
  }
}
