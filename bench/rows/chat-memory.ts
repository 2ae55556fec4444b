import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { streamAtOnce, type Target } from "../load/streams.ts";
import { CHAT_PATH, LEAST } from "./chat-first.ts";

const AT_ONCE = { streams: 100, tokens: 5, gapMs: 5 };
const CHATS_A_ROUND = 500;
// By then the runtime's allocators have what they need.
const WARM_UP = 2;
const ROUNDS = 4;
// The runtime lets go of an object that nobody asked for ten seconds.
const IDLE_MS = 15_000;

/**
 * Kilobytes that the runtime has when its chats have ended, their objects have gone and garbage is collected: left alone, it
 * lets its heaps grow first, the more the more garbage there is.
 */
async function afterRound(target: Target, bench: Bench): Promise<number> {
  for (let sent = 0; sent < CHATS_A_ROUND; sent += AT_ONCE.streams)
    await streamAtOnce(target, bench.upstream, AT_ONCE);
  await sleep(IDLE_MS);
  await target.served.collectGarbage();
  return target.served.residentKb();
}

/** Kilobytes that the runtime keeps of each chat. */
async function keptKb(target: Target, bench: Bench): Promise<number> {
  const after: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) after.push(await afterRound(target, bench));
  const [first = Number.NaN, last = Number.NaN] = [after[WARM_UP - 1], after.at(-1)];
  return (last - first) / (ROUNDS * CHATS_A_ROUND);
}

/** Memory after the chats, against the least that keeps the promise. */
export async function chatMemory(bench: Bench): Promise<Figure[]> {
  const ours = await keptKb({ served: await bench.service({}, true), path: CHAT_PATH }, bench);
  const bare = await keptKb({ served: await bench.bare(LEAST, true), path: "/" }, bench);
  const kilobytes = (value: number) => `${value.toFixed(1)} kB`;
  const what = "chat: kB kept for each that has ended, more than the least";
  return [{ what, ours: kilobytes(ours), bare: kilobytes(bare), number: ours - bare, hold: { atMost: 0 } }];
}
