import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { streamAtOnce, type Target } from "../load/streams.ts";
import { CHAT_PATH, LEAST } from "./chat-first.ts";

// By then the heaps of the runtime have their size, and its allocator has what it needs.
const WARM_UP = 1_000;
const CHATS = 3_000;
const AT_ONCE = { streams: 50, tokens: 5, gapMs: 5 };
// The runtime lets go of an object that nobody asked for ten seconds.
const IDLE_MS = 15_000;

/** Kilobytes that the runtime keeps of each chat when it has ended, its object has gone and garbage is collected. */
async function keptKb(target: Target, bench: Bench): Promise<number> {
  const chat = async (count: number) => {
    for (let sent = 0; sent < count; sent += AT_ONCE.streams)
      await streamAtOnce(target, bench.upstream, AT_ONCE);
    await sleep(IDLE_MS);
    await target.served.collectGarbage();
    return target.served.residentKb();
  };
  const before = await chat(WARM_UP);
  return ((await chat(CHATS)) - before) / CHATS;
}

/** Memory after the chats, against the least that keeps the promise. */
export async function chatMemory(bench: Bench): Promise<Figure[]> {
  const ours = await keptKb({ served: await bench.service({}, true), path: CHAT_PATH }, bench);
  const bare = await keptKb({ served: await bench.bare(LEAST, true), path: "/" }, bench);
  const kilobytes = (value: number) => `${value.toFixed(1)} kB`;
  const what = "chat: kB kept for each that has ended, more than the least";
  return [{ what, ours: kilobytes(ours), bare: kilobytes(bare), number: ours - bare, hold: { atMost: 0 } }];
}
