import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { compare } from "../statistics.ts";
import type { Call } from "../upstream.ts";
import { NO_SIZES } from "./cold.ts";

const CALLERS = 100;
const ROUNDS = 9;
const PACE = { ttftMs: 500 };

function own({ startedAt, endedAt }: Call): number {
  return endedAt - startedAt;
}

/** 100 identical cold requests at once, every second one as a stream, of an upstream that takes 500 ms. */
export async function crowd(bench: Bench): Promise<Figure[]> {
  const service = await bench.service(NO_SIZES);
  const url = new URL(GENERATE_PATH, service.url);
  await bench.upstream.pace(PACE);
  await bench.upstream.plainPortraits();

  async function round() {
    const { name, body } = newLead();
    const accept = (caller: number) => (caller % 2 === 0 ? "application/json" : "text/event-stream");
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => ask(url, body, { Accept: accept(caller) })),
    );
    const calls = await bench.upstream.calls(name);
    return {
      calls: calls.length,
      ours: Math.max(...answers.map(({ ms }) => ms)),
      bare: Math.max(...calls.map(own)),
    };
  }

  await round();
  const rounds = [];
  for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round());
  const calls = Math.max(...rounds.map((each) => each.calls));
  const last = compare(rounds, (ms) => ms);
  const once = { what: "100 identical cold: upstream calls", ours: String(calls), bare: "1", number: calls };
  return [
    { ...once, hold: { atMost: 1 } },
    figureOf("100 identical cold: last answer, of the upstream's own time", last, millis(), { atMost: 1.2 }),
  ];
}
