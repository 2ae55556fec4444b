import { setTimeout as delay } from "node:timers/promises";
import type { Sent } from "../evidence/evidence.ts";
import { type Random, seededRandom } from "../random.ts";
import type { FaultRates } from "../server/faults.ts";
import type { StormServer } from "../server/server.ts";
import { type Caller, createCaller } from "./caller.ts";
import { chat, stopChat } from "./chats.ts";
import { ADMIN, erase, lookAtPortraits, pregenerate } from "./others.ts";
import { askAgain, askPersonas, readSet } from "./personas.ts";
import { createVisitor, type Notes, type Visitor } from "./visitor.ts";

export interface StormOptions {
  readonly seed: number;
  readonly ms: number;
  readonly visitors: number;
  readonly server: StormServer;
  readonly notes: Notes;
  readonly sent: Sent[];
}

const SCENARIOS: { readonly weight: number; readonly value: (visitor: Visitor) => Promise<void> }[] = [
  { weight: 8, value: askPersonas },
  { weight: 5, value: askAgain },
  { weight: 4, value: readSet },
  { weight: 12, value: chat },
  { weight: 4, value: stopChat },
  { weight: 6, value: lookAtPortraits },
  { weight: 1, value: pregenerate },
  { weight: 2, value: erase },
];

// Draws of the storm's own come from streams far above its visitors'.
const KILLS = 900;
const RATES = 901;
const CRON_EVERY_MS = 5_000;
const DAILY_CRON = "23 3 * * *";
const CRON = "*/5 * * * *";
/** Between two kills. */
const KILL_MS = { min: 8_000, max: 30_000 };
const RATES_FOR_MS = 7_000;

export async function runCron({ worker }: StormServer, cron: string): Promise<void> {
  const path = `/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`;
  await fetch(worker.origin + path)
    .then((response) => response.body?.cancel())
    .catch(() => {}); // the server was killed under it
}

function anyRates(random: Random): FaultRates {
  const rate = (least: number) =>
    random.helpers.maybe(() => random.number.int({ min: least, max: 4 * least }), { probability: 0.6 }) ?? 0;
  return { d1: rate(40), r2: rate(12), transform: rate(6), queue: rate(5) };
}

/** Resolves at `until`, or after so many milliseconds. */
async function pause(ms: number, until: number): Promise<boolean> {
  await delay(Math.max(0, Math.min(ms, until - Date.now())));
  return Date.now() < until;
}

async function kills({ seed, server, ms }: StormOptions, until: number): Promise<void> {
  const random = seededRandom(seed, KILLS);
  // However short a storm is, it has one, and time after it.
  let wait = Math.min(random.number.int(KILL_MS), ms * random.number.float({ min: 0.15, max: 0.3 }));
  while (await pause(wait, until)) {
    await server.crash(random.number.int({ min: 0, max: 1_500 }));
    wait = random.number.int(KILL_MS);
  }
}

async function faults({ seed, server }: StormOptions, until: number): Promise<void> {
  const random = seededRandom(seed, RATES);
  do {
    const rates = anyRates(random);
    await server.up();
    await server.setFaults(rates).catch(() => {}); // killed: the next life is told at its start
  } while (await pause(RATES_FOR_MS, until));
}

async function crons({ server }: StormOptions, caller: Caller, until: number): Promise<void> {
  for (let ticks = 0; await pause(CRON_EVERY_MS, until); ticks += 1) {
    await server.up();
    await runCron(server, ticks % 6 === 5 ? DAILY_CRON : CRON);
    await caller.json({ what: "stats", path: "/api/admin/stats", headers: ADMIN });
    await caller.json({ what: "audit", path: "/api/admin/audit", headers: ADMIN });
  }
}

async function visit(visitor: Visitor, until: number): Promise<void> {
  while (Date.now() < until) await visitor.random.helpers.weightedArrayElement(SCENARIOS)(visitor);
}

/** All visitors at once, until the time is over and the last of them has ended. */
export async function storm(options: StormOptions): Promise<void> {
  const { seed, ms, server, notes, sent } = options;
  const caller = createCaller(server, sent);
  const until = Date.now() + ms;
  const visitors: Visitor[] = [];
  for (let index = 0; index < options.visitors; index += 1) {
    visitors.push(await createVisitor(index, seededRandom(seed, index), { caller, notes, others: visitors }));
  }
  const background = [kills(options, until), faults(options, until), crons(options, caller, until)];
  await Promise.all([...background, ...visitors.map((visitor) => visit(visitor, until))]);
}
