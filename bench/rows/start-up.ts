import { rm } from "node:fs/promises";
import { type Bench, newStateFolder } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { bareCode, serviceCode } from "../runtime/bundle.ts";
import { migrate } from "../runtime/migrate.ts";
import { type ServeOptions, serve } from "../runtime/serve.ts";
import { alternate, compare } from "../statistics.ts";
import { D1_ALONE } from "./warm.ts";

const PAIRS = 15;

/** From nothing to the first answer. Milliseconds. */
async function startAndAsk(options: ServeOptions, body: string): Promise<number> {
  const startedAt = performance.now();
  const served = await serve(options);
  const { text } = await ask(new URL(GENERATE_PATH, served.url), body);
  const ms = performance.now() - startedAt;
  await served.stop();
  if (!text.includes('"fromCache":true')) throw new Error("the first answer came from no cache");
  return ms;
}

/** The runtime's start to the first cached answer, which D1 has, against a Worker that imports hono and the SDK. */
export async function startUp({ variables }: Bench): Promise<Figure[]> {
  const stateFolder = await newStateFolder();
  const settings = { variables: { ...variables, ...D1_ALONE }, stateFolder };
  const service = { ...settings, code: await serviceCode() };
  const bare = { ...settings, code: await bareCode("start-up") };
  const { body } = newLead();
  try {
    const first = await serve(service);
    await migrate(await first.database());
    await ask(new URL(GENERATE_PATH, first.url), body);
    await first.stop();
    const pairs = await alternate(
      PAIRS,
      () => startAndAsk(service, body),
      () => startAndAsk(bare, body),
    );
    const compared = compare(pairs, (ms) => ms);
    return [figureOf("start-up to the first cached answer", compared, millis(), { atMost: 1 })];
  } finally {
    await rm(stateFolder, { recursive: true, force: true });
  }
}
