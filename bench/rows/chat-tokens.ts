import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { type Load, type Measured, streamAtOnce, type Target } from "../load/streams.ts";
import { median } from "../statistics.ts";
import { CHAT_PATH } from "./chat-first.ts";

const ROUNDS = 3;
/** A token later than this is seen to be late. */
const LATE_MS = 50;
const STREAMS = 100;

/** What one Worker did with one load, over the rounds. */
interface Record {
  readonly cpuMs: number[];
  readonly wallMs: number[];
  readonly lateMs: number[];
  lost: number;
}

type Records = ReadonlyMap<Target, Record>;

function note(record: Record, { cpuMs, wallMs, lateMs, lost }: Measured): void {
  record.cpuMs.push(cpuMs);
  record.wallMs.push(wallMs);
  record.lateMs.push(...lateMs);
  record.lost += lost;
}

/** Each load in turn on each Worker in turn, so that whatever drifts favours none. */
async function measure(bench: Bench, targets: readonly Target[], loads: readonly Load[]): Promise<Records[]> {
  const empty = () => ({ cpuMs: [], wallMs: [], lateMs: [], lost: 0 });
  const found = loads.map(() => new Map<Target, Record>(targets.map((target) => [target, empty()])));
  for (const target of targets)
    await streamAtOnce(target, bench.upstream, { streams: 50, tokens: 50, gapMs: 5 });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, load] of loads.entries()) {
      for (const [target, record] of found[index] ?? []) {
        note(record, await streamAtOnce(target, bench.upstream, load));
      }
    }
  }
  return found;
}

function of(records: Records | undefined, target: Target): Record {
  const record = records?.get(target);
  if (!record) throw new Error("not measured");
  return record;
}

function lateShare({ lateMs }: Record): number {
  return lateMs.filter((ms) => ms > LATE_MS).length / lateMs.length;
}

const micros = (us: number) => `${us.toFixed(0)} µs`;
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const millis = (ms: number) => `${ms.toFixed(0)} ms`;

/** A short and a long answer at the same pace: what they differ by is what tokens cost, without the request. */
function pair(gapMs: number, few: number, many: number): readonly [Load, Load] {
  return [
    { streams: STREAMS, tokens: few, gapMs },
    { streams: STREAMS, tokens: many, gapMs },
  ];
}

interface Pace {
  readonly loads: readonly [Load, Load];
  readonly records: readonly [Records | undefined, Records | undefined];
}

function tokenCpuUs({ loads: [few, many], records: [short, long] }: Pace, target: Target): number {
  const more = median(of(long, target).cpuMs) - median(of(short, target).cpuMs);
  return (more * 1000) / (many.tokens - few.tokens);
}

/** 100 streams at once, at 10 and at 50 ms a token. */
export async function chatTokens(bench: Bench): Promise<Figure[]> {
  const ours: Target = { served: await bench.serviceInMemory(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare("renumber"), path: "/" };
  const sdk: Target = { served: await bench.bare("sdk-loop"), path: "/" };
  const fast = pair(10, 50, 200);
  const slow = pair(50, 50, 200);
  const found = await measure(bench, [ours, bare, sdk], [...fast, ...slow]);
  const paces: Pace[] = [
    { loads: fast, records: [found[0], found[1]] },
    { loads: slow, records: [found[2], found[3]] },
  ];

  const cpu = ({ loads, records }: Pace, than: Target, name: string, atMost?: number): Figure => {
    const [mine, theirs] = [ours, than].map((target) => tokenCpuUs({ loads, records }, target));
    return {
      what: `chat: CPU a token, ${STREAMS} streams, ${loads[0].gapMs} ms a token, of ${name}`,
      ours: micros(mine ?? Number.NaN),
      bare: micros(theirs ?? Number.NaN),
      number: (mine ?? Number.NaN) / (theirs ?? Number.NaN),
      ...(atMost !== undefined && { hold: { atMost } }),
    };
  };
  const [mine, theirs] = [of(found[1], ours), of(found[1], bare)];
  const [calm, bareCalm] = [of(found[2], ours), of(found[2], bare)];
  const lost = found.reduce((sum, records) => sum + of(records, ours).lost, 0);
  return [
    ...paces.flatMap((pace) => [
      cpu(pace, bare, "a bare decoder's", 1.1),
      cpu(pace, sdk, "a loop over the SDK's stream"),
    ]),
    {
      what: "chat: 100 streams of 200 tokens, 10 ms apart: time, of a bare decoder's",
      ours: millis(median(mine.wallMs)),
      bare: millis(median(theirs.wallMs)),
      number: median(mine.wallMs) / median(theirs.wallMs),
      hold: { atMost: 1.1 },
    },
    {
      what: `chat: 100 streams of 50 tokens, 50 ms apart: % later than ${LATE_MS} ms`,
      ours: percent(lateShare(calm)),
      bare: percent(lateShare(bareCalm)),
      number: lateShare(calm) * 100,
      hold: { atMost: 1 },
    },
    {
      what: "chat: tokens lost in all of these",
      ours: String(lost),
      bare: "0",
      number: lost,
      hold: { atMost: 0 },
    },
  ];
}
