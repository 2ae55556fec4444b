import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { type Load, type Measured, streamAtOnce, type Target } from "../load/streams.ts";
import { alternate, compare, type Pair, quantile } from "../statistics.ts";
import { CHAT_PATH, LEAST } from "./chat-first.ts";

const PAIRS = 5;
const STREAMS = 100;
/** A token later than this is seen to be late. */
const LATE_MS = 50;
const MANY_TOKENS = 100_000;

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const percent = (value: number) => `${value.toFixed(2)} %`;

async function measure(bench: Bench, load: Load): Promise<Pair<Measured>[]> {
  const ours: Target = { served: await bench.service(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare(LEAST), path: "/" };
  return await alternate(
    PAIRS,
    () => streamAtOnce(ours, bench.upstream, load),
    () => streamAtOnce(bare, bench.upstream, load),
  );
}

const lateShare = ({ lateMs }: Measured) =>
  (lateMs.filter((ms) => ms > LATE_MS).length / lateMs.length) * 100;
const latest = ({ lateMs }: Measured) => quantile(lateMs, 0.99);

/** Whole runs, their start and their end in it. */
function figures(pairs: readonly Pair<Measured>[], load: Load): Figure[] {
  const { streams, tokens, gapMs } = load;
  const name = `chat: ${streams} × ${tokens} tokens, ${gapMs} ms apart`;
  const each = MANY_TOKENS / (streams * tokens);
  const cpu = compare(pairs, ({ cpuMs }) => cpuMs * each);
  const all = compare(pairs, ({ wallMs }) => wallMs);
  const late99 = compare(pairs, latest);
  const late = compare(pairs, lateShare, (ours) => ours);
  const lost = compare(
    pairs,
    (measured) => measured.lost,
    (ours) => ours,
  );
  return [
    figureOf(`${name}: CPU for 100,000`, cpu, seconds, { atMost: 1.1 }),
    figureOf(`${name}: lateness, 99 %`, late99, millis(), { atMost: 1.5 }),
    figureOf(`${name}: % later than ${LATE_MS} ms`, late, percent, { atMost: 1 }),
    figureOf(`${name}: until all are done`, all, millis(), { atMost: 1.05 }),
    figureOf(`${name}: tokens lost`, lost, String, { atMost: 0 }),
  ];
}

export async function chatSlow(bench: Bench): Promise<Figure[]> {
  const load = { streams: STREAMS, tokens: 50, gapMs: 50 };
  return figures(await measure(bench, load), load);
}

export async function chatFast(bench: Bench): Promise<Figure[]> {
  const load = { streams: STREAMS, tokens: 200, gapMs: 10 };
  return figures(await measure(bench, load), load);
}
