import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { median } from "../statistics.ts";

const ROUNDS = 5;
/** About 5 s for ten personas: four times as fast as a model. */
const PACE = { ttftMs: 300, tokensPerSecond: 1_000 };

/** The text of a set of 10 against the upstream's own time. Portraits are made all the while. */
export async function ten(bench: Bench): Promise<Figure[]> {
  const service = await bench.service();
  const url = new URL(GENERATE_PATH, service.url);
  await ask(url, newLead().body);
  await bench.upstream.pace(PACE);
  const rounds = [];
  for (let count = 0; count < ROUNDS; count += 1) {
    const { name, body } = newLead(10);
    const { ms } = await ask(url, body);
    const [call] = await bench.upstream.calls(name);
    if (!call) throw new Error("the upstream was not called");
    rounds.push({ ours: ms, own: call.endedAt - call.startedAt });
  }
  const time = (ms: number) => `${ms.toFixed(0)} ms`;
  return [
    {
      what: "text of a set of 10, of the upstream's own time",
      ours: time(median(rounds.map(({ ours }) => ours))),
      bare: time(median(rounds.map(({ own }) => own))),
      number: median(rounds.map(({ ours, own }) => ours / own)),
      hold: { atMost: 1.1 },
    },
  ];
}
