import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import type { Served } from "../runtime/serve.ts";
import { alternate, compare } from "../statistics.ts";
import type { Pace } from "../upstream.ts";

// Four times as fast as a model, so that what is done while it writes is done by then, as it is with a real one.
const REAL: Pace = { ttftMs: 300, tokensPerSecond: 1_000 };
const AT_ONCE: Pace = { ttftMs: 50 };
// What goes on after an answer, its portraits for one, is not part of the next one's time.
const QUIET_MS = 400;
/** The sizes of portraits are made by the machine, not by the Worker. */
export const NO_SIZES = { IMAGE_WIDTHS: "" };

/** What a cold miss adds to the upstream's own time, against one SELECT, one fetch and one INSERT. */
export async function cold(bench: Bench): Promise<Figure[]> {
  const [service, bare] = [await bench.service(NO_SIZES), await bench.bare("cold")];

  async function added({ url }: Served, path: string): Promise<number> {
    await sleep(QUIET_MS);
    const { name, body } = newLead();
    const { ms } = await ask(new URL(path, url), body);
    const [call] = await bench.upstream.calls(name);
    if (!call) throw new Error("the upstream was not called");
    return ms - (call.endedAt - call.startedAt);
  }

  async function at(pace: Pace, pairs: number) {
    await bench.upstream.pace(pace);
    await bench.upstream.plainPortraits();
    const found = await alternate(
      pairs,
      () => added(service, GENERATE_PATH),
      () => added(bare, "/"),
    );
    await bench.upstream.forget();
    return compare(found, (ms) => ms);
  }

  const what = "cold miss: time added to the upstream's";
  return [
    figureOf(`${what}, 300 ms to the first token`, await at(REAL, 7), millis(1), { atMost: 1.5 }),
    figureOf(`${what}, at once after 50 ms`, await at(AT_ONCE, 21), millis(1), { atMost: 2.5 }),
  ];
}
