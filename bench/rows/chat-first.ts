import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { firstEvent, type Target } from "../load/streams.ts";
import { alternate, compare, quantile } from "../statistics.ts";

export const CHAT_PATH = "/api/chat/stream";
/** The least that keeps the promise (bench/bare/least.ts). */
export const LEAST = "least";

const PAIRS = 150;

/** Time to the first event of a new conversation, with nothing else going on. */
export async function chatFirst(bench: Bench): Promise<Figure[]> {
  const ours: Target = { served: await bench.service(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare(LEAST), path: "/" };
  const pairs = await alternate(
    PAIRS,
    () => firstEvent(ours, bench.upstream),
    () => firstEvent(bare, bench.upstream),
  );
  const more = compare(
    pairs,
    (ms) => ms,
    (mine, theirs) => mine - theirs,
  );
  const late = (times: readonly number[]) => quantile(times, 0.95);
  const [mine, theirs] = [late(pairs.map((pair) => pair.ours)), late(pairs.map((pair) => pair.bare))];
  const [ours95, bare95] = [millis(1)(mine), millis(1)(theirs)];
  return [
    figureOf("chat: first event, ms more than the least, median", more, millis(1), { atMost: 2 }),
    { what: "chat: first event, ms more, 95 %", ours: ours95, bare: bare95, number: mine - theirs },
  ];
}
