import type { Bench } from "../bench.ts";
import { type Figure, figureOf, perSecond } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { alternate, compare } from "../statistics.ts";

const LEADS = 8;
const LOAD = { connections: 4, ms: 1_000 };
const PAIRS = 9;

/** Without portraits no set gets into memory or the edge cache, and so each hit is D1's. */
export const D1_ALONE = { IMAGE_DAILY_LIMIT: "0" };

/** A hit in D1 against a Worker that selects one row. No number is held: what D1 takes outweighs both. */
export async function warm(bench: Bench): Promise<Figure[]> {
  const [service, bare] = [await bench.service(D1_ALONE), await bench.bare("warm")];
  const url = new URL(GENERATE_PATH, service.url);
  const bodies = Array.from({ length: LEADS }, () => newLead().body);
  for (const body of bodies) {
    const { text } = await ask(url, body);
    await fetch(bare.url, { method: "PUT", body: JSON.stringify({ request: body, answer: text }) });
  }
  const rates = await alternate(
    PAIRS,
    async () => (await closedLoop({ url, bodies, ...LOAD })).perSecond,
    async () => (await closedLoop({ url: bare.url, bodies, ...LOAD })).perSecond,
  );
  const compared = compare(rates, (rate) => rate);
  return [figureOf("warm hit: requests a second", compared, perSecond)];
}
