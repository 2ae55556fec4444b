import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { median } from "../statistics.ts";
import type { Call } from "../upstream.ts";
import { D1_ALONE } from "./warm.ts";

const CALLERS = 100;
const ROUNDS = 5;
/** About 1.7 s for three personas: four times as fast as a model. */
const PACE = { ttftMs: 300, tokensPerSecond: 1_000 };

function own({ startedAt, endedAt }: Call): number {
  return endedAt - startedAt;
}

/** 100 identical cold requests at once, every second one as a stream. */
export async function crowd(bench: Bench): Promise<Figure[]> {
  const service = await bench.service(D1_ALONE);
  const url = new URL(GENERATE_PATH, service.url);
  await ask(url, newLead().body);
  await bench.upstream.pace(PACE);

  async function round() {
    const { name, body } = newLead();
    const accept = (caller: number) => (caller % 2 === 0 ? "application/json" : "text/event-stream");
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => ask(url, body, { Accept: accept(caller) })),
    );
    const calls = await bench.upstream.calls(name);
    return {
      calls: calls.length,
      last: Math.max(...answers.map(({ ms }) => ms)),
      own: Math.max(...calls.map(own)),
    };
  }

  const rounds = [];
  for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round());
  const calls = Math.max(...rounds.map((each) => each.calls));
  const time = (ms: number) => `${ms.toFixed(0)} ms`;
  return [
    {
      what: "100 identical cold: upstream calls",
      ours: String(calls),
      bare: "1",
      number: calls,
      hold: { atMost: 1 },
    },
    {
      what: "100 identical cold: last answer, of the upstream's own time",
      ours: time(median(rounds.map(({ last }) => last))),
      bare: time(median(rounds.map((each) => each.own))),
      number: median(rounds.map((each) => each.last / each.own)),
      hold: { atMost: 1.3 },
    },
  ];
}
