import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Served } from "../runtime/serve.ts";
import type { Upstream } from "../upstream.ts";
import { progress, type Received, receive, wallClock } from "./stream.ts";

const TOKEN = "word";
/** What a run still does when its answer has ended, its rows in D1 above all, is over by then. */
const AFTERWARDS_MS = 1_500; // its row waits a second for others
const BETWEEN_MS = 50;

export interface Load {
  readonly streams: number;
  readonly tokens: number;
  /** Milliseconds from one token to the next; 0 is without pause. */
  readonly gapMs: number;
}

export interface Measured {
  /** CPU milliseconds of the runtime's process for all of them, what comes after their ends included. */
  readonly cpuMs: number;
  /** From the first request to the end of the last answer. */
  readonly wallMs: number;
  /** Milliseconds that each token was late: the upstream knows when it was due. */
  readonly lateMs: readonly number[];
  /** Tokens that never came. */
  readonly lost: number;
}

/** A Worker with a chat at `path`. */
export interface Target {
  readonly served: Served;
  readonly path: string;
}

function lateness(received: Received, beganAt: number, gapMs: number): number[] {
  const late: number[] = [];
  for (const { at, chars } of progress(received)) {
    while (late.length < Math.floor(chars / TOKEN.length)) late.push(at - beganAt - late.length * gapMs);
  }
  return late;
}

/** Many answers at once. No two requests are alike, so none joins another. */
export async function streamAtOnce(
  { served, path }: Target,
  upstream: Upstream,
  { streams, tokens, gapMs }: Load,
): Promise<Measured> {
  const match = randomUUID();
  const answer = { content: TOKEN.repeat(tokens), chunkChars: TOKEN.length, chunkDelayMs: gapMs };
  await upstream.script(match, answer);
  const url = new URL(path, served.url);
  const questions = Array.from({ length: streams }, (_, index) => `${match} #${index}`);
  const cpuBefore = served.cpuMs();
  const startedAt = wallClock();
  const answers = await Promise.all(questions.map((question) => receive(url, question)));
  const wallMs = wallClock() - startedAt;
  await sleep(AFTERWARDS_MS);
  const cpuMs = served.cpuMs() - cpuBefore;
  const began = await upstream.beginnings(match);
  const lateMs = answers.flatMap((received, index) =>
    lateness(received, began.get(questions[index] ?? "") ?? Number.NaN, gapMs),
  );
  await upstream.forget();
  return { cpuMs, wallMs, lateMs, lost: streams * tokens - lateMs.length };
}

/** Milliseconds from a request to its first event; what comes after the answer is over before the next. */
export async function firstEvent({ served, path }: Target, upstream: Upstream): Promise<number> {
  const match = randomUUID();
  await upstream.script(match, { content: TOKEN.repeat(3), chunkChars: TOKEN.length, chunkDelayMs: 20 });
  const answer = await receive(new URL(path, served.url), match);
  await sleep(BETWEEN_MS);
  await upstream.forget();
  return (progress(answer)[0]?.at ?? Number.NaN) - answer.startedAt;
}
