import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { alternate } from "../statistics.ts";
import { D1_ALONE } from "./warm.ts";

const PAIRS = 15;
// Four times as fast as a model, so that what is done while it writes is done by then, as it is with a real one.
const PACE = { ttftMs: 300, tokensPerSecond: 1_000 };
// What goes on after an answer, the portraits' ledger for one, is not part of the next one's time.
const QUIET_MS = 400;

/** What a cold miss adds to the upstream's own time, against one SELECT, one fetch and one INSERT. */
export async function cold(bench: Bench): Promise<Figure[]> {
  const [service, bare] = [await bench.service(D1_ALONE), await bench.bare("cold")];
  await bench.upstream.pace(PACE);

  async function added(url: URL): Promise<number> {
    await sleep(QUIET_MS);
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
