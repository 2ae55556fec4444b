import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { streamAtOnce, type Target } from "../load/streams.ts";
import { alternate, compare } from "../statistics.ts";
import { CHAT_PATH } from "./chat-first.ts";

const PAIRS = 11;
const TOKENS = 20_000;

/** One long answer that the upstream gives without a pause, against the runtime's own native pass-through. */
export async function chatBurst(bench: Bench): Promise<Figure[]> {
  const ours: Target = { served: await bench.service(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare("pass-through"), path: "/" };
  const time = async (target: Target) => {
    const load = { streams: 1, tokens: TOKENS, gapMs: 0 };
    const { wallMs, lost } = await streamAtOnce(target, bench.upstream, load);
    if (lost > 0) throw new Error(`${lost} tokens were lost`);
    return wallMs;
  };
  const pairs = await alternate(
    PAIRS,
    () => time(ours),
    () => time(bare),
  );
  const compared = compare(pairs, (ms) => ms);
  return [figureOf("chat: 20,000 tokens without a pause", compared, millis(), { atMost: 4 })];
}
