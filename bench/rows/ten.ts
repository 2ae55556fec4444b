import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { compare } from "../statistics.ts";

const ROUNDS = 7;
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
    rounds.push({ ours: ms, bare: call.endedAt - call.startedAt });
  }
  const compared = compare(rounds, (ms) => ms);
  return [figureOf("text of a set of 10, of the upstream's own time", compared, millis(), { atMost: 1.1 })];
}
