import type { Bench } from "../bench.ts";
import { type Figure, figureOf, millis } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Served } from "../runtime/serve.ts";
import { alternate, compare } from "../statistics.ts";
import { D1_ALONE } from "./warm.ts";

const FEW = 1_000;
const MANY = 1_000_000;
const ROWS_A_STATEMENT = 50_000;
const LEADS = 200;
const LOAD = { connections: 4, ms: 1_000 };
const PAIRS = 11;

// Other people's sets and portraits: their keys matter, since the indexes hold them; their text does not.
const FILL = [
  `INSERT INTO persona_cache (input_hash, set_id, personas_json, model, created_at, cost_usd, tokens)
   SELECT lower(hex(randomblob(32))), lower(hex(randomblob(16))), '[]', 'bench', 0, 0, 0 FROM numbers`,
  `INSERT INTO persona_images (image_key, prompt, model, size, quality, initials, status, due_at, created_at, updated_at)
   SELECT lower(hex(randomblob(32))), '', 'bench', '', '', '', 'ready', 0, 0, 0 FROM numbers`,
];

async function fill(served: Served, sets: number): Promise<void> {
  const database = await served.database();
  for (let left = sets; left > 0; left -= ROWS_A_STATEMENT) {
    const count = Math.min(left, ROWS_A_STATEMENT);
    const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`;
    await database.batch(FILL.map((statement) => database.prepare(`${numbers} ${statement}`)));
  }
}

/** A hit in D1 with 1,000,000 cached sets against one with 1,000. */
export async function million(bench: Bench): Promise<Figure[]> {
  const [many, few] = [await bench.service(D1_ALONE), await bench.service(D1_ALONE)];
  await Promise.all([fill(many, MANY), fill(few, FEW)]);
  const bodies = Array.from({ length: LEADS }, () => newLead().body);
  const urls = { many: new URL(GENERATE_PATH, many.url), few: new URL(GENERATE_PATH, few.url) };
  for (const body of bodies) await Promise.all([ask(urls.many, body), ask(urls.few, body)]);

  async function msEach(url: URL): Promise<number> {
    const { perSecond } = await closedLoop({ url, bodies, ...LOAD });
    return (1_000 * LOAD.connections) / perSecond;
  }
  const pairs = await alternate(
    PAIRS,
    () => msEach(urls.many),
    () => msEach(urls.few),
  );
  const compared = compare(pairs, (ms) => ms);
  return [figureOf("hit in D1 with 1,000,000 sets, against 1,000", compared, millis(2), { atMost: 1.1 })];
}
