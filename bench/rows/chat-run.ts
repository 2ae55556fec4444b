import type { Bench } from "../bench.ts";
import { type Figure, figureOf, micros } from "../figure.ts";
import { streamAtOnce, type Target } from "../load/streams.ts";
import { alternate, compare } from "../statistics.ts";
import { CHAT_PATH, LEAST } from "./chat-first.ts";

const PAIRS = 9;
const LOAD = { streams: 100, tokens: 1, gapMs: 0 };

/** What a run costs apart from its tokens: 100 at once with one token each. */
export async function chatRun(bench: Bench): Promise<Figure[]> {
  const ours: Target = { served: await bench.service(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare(LEAST), path: "/" };
  const pairs = await alternate(
    PAIRS,
    () => streamAtOnce(ours, bench.upstream, LOAD),
    () => streamAtOnce(bare, bench.upstream, LOAD),
  );
  const cpu = compare(pairs, ({ cpuMs }) => (cpuMs * 1_000) / LOAD.streams);
  return [figureOf("chat: CPU of a run with one token", cpu, micros)];
}
