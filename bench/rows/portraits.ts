import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { alternate, compare } from "../statistics.ts";
import { NO_SIZES } from "./cold.ts";

const ROUNDS = 9;
const PACE = { imageMs: 300 };
const LOOK_MS = 10;
const BOUND_MS = 30_000;

interface PersonaSet {
  readonly setId: string;
  readonly personas: readonly { readonly imageStatus: string }[];
}

/** Ten portraits of 300 ms, of which four are made at once, against one. No sizes: they are the CPU's, not ours. */
export async function portraits(bench: Bench): Promise<Figure[]> {
  const service = await bench.service(NO_SIZES);
  const url = new URL(GENERATE_PATH, service.url);
  await bench.upstream.plainPortraits();
  await bench.upstream.pace(PACE);

  /** From the request for the set to the last of its portraits. */
  async function made(count: number): Promise<number> {
    const startedAt = performance.now();
    const { setId } = JSON.parse((await ask(url, newLead(count).body)).text) as PersonaSet;
    const deadline = startedAt + BOUND_MS;
    while (performance.now() < deadline) {
      const set = await fetch(new URL(`/api/personas/${setId}`, service.url));
      const { personas } = (await set.json()) as PersonaSet;
      if (personas.every(({ imageStatus }) => imageStatus === "ready")) return performance.now() - startedAt;
      await sleep(LOOK_MS);
    }
    throw new Error("the portraits were never ready");
  }

  const pairs = await alternate(
    ROUNDS,
    () => made(10),
    () => made(1),
  );
  const compared = compare(pairs, (ms) => ms);
  return [figureOf("ten portraits that are made, against one", compared, millis(), { atMost: 3.3 })];
}
