import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { LIBRARY } from "../../src/portraits/library/list.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, setOf } from "../support/api.ts";
import { persona } from "../support/persona.ts";
import { cron, FIVE_MINUTES, keyOf, statusOf } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const one = async <T>(sql: string) => (await env.DB.prepare(sql).first<T>()) as T;

const ordinary = async () => (await calls("")).filter(({ path }) => path.endsWith("/images/generations"));

/** A set of women of 40 in a library of which nothing is made yet. */
async function setOfWomen(count: number, more: object = {}) {
  const leadData = newLead();
  const personas = Array.from({ length: count }, (_, index) => persona("glasses", `Ann ${index}`));
  await script(leadData.name, [{ content: JSON.stringify({ personas }) }]);
  const body = { leadData, config: { count }, ...more };
  return { leadData, body, set: await setOf(await generate(body)) };
}

it("asks the model for no appearance, and drops one that comes all the same", async () => {
  const { leadData, set } = await setOfWomen(1);
  const [asked] = await calls(leadData.name);
  expect(JSON.stringify(asked?.body)).not.toContain("appearance");
  expect(set.personas[0]).not.toHaveProperty("appearance");
  expect(set.personas[0]).toMatchObject({ name: "Ann 0", imageStatus: "pending" });
});

it("gives each of ten alike another portrait, and the same ones when they are asked for again", async () => {
  const { body, set } = await setOfWomen(10);
  const urls = set.personas.map(({ imageUrl }) => imageUrl);
  expect(new Set(urls).size).toBe(10);
  const again = await setOf(await generate(body));
  expect(again.personas.map(({ imageUrl }) => imageUrl)).toEqual(urls);
  const other = await setOfWomen(1);
  expect(urls[0]).toBe(other.set.personas[0]?.imageUrl);
});

it("shows a placeholder without anybody's initials, and buys nothing because somebody looks", async () => {
  const { set } = await setOfWomen(1);
  const before = (await ordinary()).length;
  const url = set.personas[0]?.imageUrl ?? "";
  expect(await (await call(url)).text()).not.toContain("<text");
  await call(`/api/personas/${set.setId}`);
  expect(await statusOf(keyOf(url))).toBe("pending");
  expect(await ordinary()).toHaveLength(before);
});

it("makes first what somebody waits for, then the rest, in one batch", async () => {
  const { set } = await setOfWomen(2);
  const waited = set.personas.map(({ imageUrl }) => keyOf(imageUrl));
  await cron(FIVE_MINUTES);
  const { file } = await one<{ file: string }>("SELECT input_file AS file FROM batches");
  const lines = await env.DB.prepare(
    "SELECT key FROM batch_items WHERE batch_id IS NOT NULL ORDER BY created_at",
  ).all<{ key: string }>();
  expect(file).toMatch(/^file-/);
  const keys = lines.results.map(({ key }) => key);
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.length).toBeLessThan(LIBRARY.length);
  expect(keys.slice(0, 12)).toEqual(expect.arrayContaining(waited));
  expect(await one("SELECT COUNT(*) AS n FROM persona_images")).toEqual({ n: LIBRARY.length });
  await cron(FIVE_MINUTES);
  for (const key of waited) expect(await statusOf(key)).toBe("ready");
});

it("keeps a portrait of the library when a set that shows it is forgotten, or its person erased", async () => {
  const email = `${crypto.randomUUID()}@example.org`;
  const { set } = await setOfWomen(1, { email });
  const { set: forgotten } = await setOfWomen(1);
  const key = keyOf(set.personas[0]?.imageUrl);
  const removed = await call(`/api/admin/personas/${forgotten.setId}`, { method: "DELETE", headers: ADMIN });
  expect(removed.status).toBe(204);
  const erased = await post("/api/admin/erase", { email }, ADMIN);
  expect(await erased.json()).toMatchObject({ erased: { sets: 1, images: 0 } });
  expect(await statusOf(key)).toBe("ready");
  expect(await one("SELECT COUNT(*) AS n FROM set_images")).toEqual({ n: 0 });
});

it("counts no portrait of the library as saved by a hit", async () => {
  const { body } = await setOfWomen(2);
  await generate(body);
  const response = await call("/api/admin/stats?days=1", { headers: ADMIN });
  expect(await response.json()).toMatchObject({
    totals: { savedImages: 0 },
    library: { total: LIBRARY.length },
  });
});
