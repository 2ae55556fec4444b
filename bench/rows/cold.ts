import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { alternate } from "../statistics.ts";
import { D1_ALONE } from "./warm.ts";

const PAIRS = 40;
// Long enough that what can be done while the model thinks is done by then, as it is with a real one.
const PACE = { ttftMs: 60, tokensPerSecond: 0 };

/** What a cold miss adds to the upstream's own time, against one SELECT, one fetch and one INSERT. */
export async function cold(bench: Bench): Promise<Figure[]> {
  const [service, bare] = [await bench.service(D1_ALONE), await bench.bare("cold")];
  await bench.upstream.pace(PACE);

  async function added(url: URL): Promise<number> {
    const { name, body } = newLead();
    const { ms } = await ask(url, body);
    const [call] = await bench.upstream.calls(name);
    if (!call) throw new Error("the upstream was not called");
    return ms - (call.endedAt - call.startedAt);
  }

  const url = new URL(GENERATE_PATH, service.url);
  const {
    ours,
    bare: theirs,
    ratio,
  } = await alternate(
    PAIRS,
    () => added(url),
    () => added(bare.url),
  );
  const time = (ms: number) => `${ms.toFixed(1)} ms`;
  const what = "cold miss: time added to the upstream's";
  return [{ what, ours: time(ours), bare: time(theirs), number: ratio, hold: { atMost: 2 } }];
}
