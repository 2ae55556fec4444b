import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { UNTIL_LOOKED_AT } from "../../src/portraits/jobs/insert.ts";
import { ADMIN } from "../support/admin.ts";
import { call, post, setOf } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { persona } from "../support/persona.ts";
import {
  announce,
  becomes,
  consume,
  consumeAll,
  cron,
  FIVE_MINUTES,
  imageCalls,
  keyOf,
  ledger,
  newMarker,
  setWith,
  statusOf,
} from "../support/portraits.ts";

const LIMIT = 7;

/** What was begun today was begun on a day long ago, as if the next had come. */
async function nextDay(): Promise<void> {
  await env.DB.prepare("DELETE FROM image_days").run();
}

async function spendTheDay(): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const statement = "INSERT OR REPLACE INTO image_days (day, started) VALUES (?, ?)";
  await env.DB.prepare(statement).bind(day, LIMIT).run();
}

const waits = async (keys: readonly string[]) =>
  (await ledger(keys)).map(({ status, dueAt }) => status === "pending" && dueAt === UNTIL_LOOKED_AT);

async function waitingPortraits(count: number) {
  const marker = newMarker();
  const keys = await announce(Array.from({ length: count }, (_, index) => `${marker} ${index}.`));
  await consumeAll(keys);
  expect(await waits(keys)).toEqual(Array(count).fill(true));
  return { marker, keys };
}

describe("portraits past IMAGE_DAILY_LIMIT", () => {
  beforeEach(spendTheDay);

  it("are never bought where nobody looks at them, on whatever day", async () => {
    const { marker, keys } = await waitingPortraits(3);
    await nextDay();
    await cron(FIVE_MINUTES);
    await consume();
    expect(await waits(keys)).toEqual([true, true, true]);
    expect(await imageCalls(marker)).toEqual([]);
  });

  it("are made on a later day when somebody looks, each by itself", async () => {
    const { marker, keys } = await waitingPortraits(2);
    const [seen = "", unseen = ""] = keys;
    await nextDay();
    expect(await statusOf(seen)).toBe("pending");
    await becomes(seen, "ready");
    expect(await waits([unseen])).toEqual([true]);
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("stay as they are however many look while the day has no room, and nothing is written for it", async () => {
    const { keys } = await waitingPortraits(1);
    let writes = 0;
    const unwrap = wrapDatabase((sql, send) => {
      if (/update \W+persona_images/.test(sql)) writes += 1;
      return send();
    });
    for (let look = 0; look < 5; look += 1) expect(await statusOf(keys[0] ?? "")).toBe("pending");
    await consume().finally(unwrap);
    expect([await waits(keys), writes]).toEqual([[true], 0]);
  });

  it.each([
    ["the set", async (setId: string) => await (await call(`/api/personas/${setId}`)).text()],
    [
      "another set that has them",
      async (_: string, marker: string) => void (await setWith([persona(marker)])),
    ],
  ])("are made when somebody looks at %s", async (_, look) => {
    const marker = newMarker();
    const { setId, personas } = await setWith([persona(marker)]);
    const key = keyOf(personas[0]?.imageUrl);
    await expect.poll(() => waits([key])).toEqual([true]);
    await nextDay();
    await look(setId, marker);
    await expect.poll(async () => (await ledger([key]))[0]?.status).toBe("ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("are made when a job wants the set that it finds", async () => {
    const marker = newMarker();
    const leadData = { state: "Ohio", about: marker };
    const ask = { inputs: [{ leadData, config: { count: 1 } }] };
    const { personas } = await setWith([persona(marker)], { leadData, config: { count: 1 } });
    const key = keyOf(personas[0]?.imageUrl);
    await expect.poll(() => waits([key])).toEqual([true]);
    await nextDay();
    const accepted = await post("/api/admin/pregenerate", ask, ADMIN);
    expect(await accepted.json()).toMatchObject({ alreadyCached: 1 });
    await expect.poll(async () => (await ledger([key]))[0]?.status).toBe("ready");
  });
});

describe("forgetting a set", () => {
  it("drops its portraits that are not made, but for those that another set wants", async () => {
    await nextDay();
    const [made, shared, mine] = [newMarker(), newMarker(), newMarker()];
    const first = await setWith([persona(made)]);
    await becomes(keyOf(first.personas[0]?.imageUrl), "ready");
    await spendTheDay();
    const set = await setWith([persona(made), persona(shared), persona(mine)]);
    const other = await setWith([persona(shared)]);
    const keys = set.personas.map(({ imageUrl }) => keyOf(imageUrl));
    await expect.poll(() => waits(keys)).toEqual([false, true, true]);
    const forget = (setId: string) =>
      call(`/api/admin/personas/${setId}`, { method: "DELETE", headers: ADMIN });
    expect((await forget(set.setId)).status).toBe(204);
    const states = async () =>
      await Promise.all(keys.map(async (key) => (await call(`/images/${key}`)).status));
    expect(await states()).toEqual([200, 200, 404]);
    expect((await setOf(await call(`/api/personas/${other.setId}`))).personas).toHaveLength(1);
    expect((await forget(other.setId)).status).toBe(204);
    expect(await states()).toEqual([200, 404, 404]);
  });
});
