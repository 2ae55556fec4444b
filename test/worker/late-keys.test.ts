import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { generate, generateStream, newLead, problemOf, setOf, until } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const REFRESH = { "Cache-Control": "no-cache" };
const refreshWith = () => ({ ...REFRESH, "Idempotency-Key": crypto.randomUUID() });

let restore = () => {};
afterEach(() => restore());

/** How many keys have an answer, and how many wait for one. */
async function keys(): Promise<{ answered: number; waiting: number }> {
  const query = `SELECT COUNT(response_json) AS answered, COUNT(*) - COUNT(response_json) AS waiting
    FROM request_log WHERE id LIKE 'key-%'`;
  return (await env.DB.prepare(query).first()) ?? { answered: 0, waiting: 0 };
}

/** Who waits for whom lives in another context here, where no promise of this one may be resolved: flags. */
const isTrue = (what: string, flag: () => boolean) => until(what, async () => flag());

/** Holds the batch that stores a run until `go` is called. `refuse`: what comes next to give keys their answer. */
function holdStore() {
  const state = { reached: false, released: false, refuse: false, refused: false };
  restore = wrapDatabase(async (sql, send) => {
    if (/insert into \W+persona_cache/.test(sql)) {
      state.reached = true;
      await isTrue("the store is released", () => state.released);
    } else if (state.refuse && /update \W+request_log/.test(sql)) {
      state.refused = true;
      throw new Error("D1 is away");
    }
    return await send();
  });
  return state;
}

describe("a key that joins a run while its set is being stored", () => {
  it("is given the answer, for its whole time", async () => {
    const leadData = newLead();
    const before = await keys();
    const store = holdStore();
    const [early, late] = [refreshWith(), refreshWith()];
    const first = generate({ leadData }, early);
    await isTrue("the store is reached", () => store.reached);
    const joined = await generateStream({ leadData }, late);
    expect(joined.headers.get("Cache-Status")).toBe("asknewton; fwd=request; collapsed");
    store.released = true;
    await joined.text();
    const { personas } = await setOf(await first);
    await expect.poll(keys).toEqual({ answered: before.answered + 2, waiting: before.waiting });
    await setOf(await generate({ leadData }, REFRESH));
    for (const key of [early, late]) {
      const again = await generate({ leadData }, key);
      expect(again.headers.get("Idempotency-Replayed")).toBe("true");
      expect((await setOf(again)).personas.map(({ id }) => id)).toEqual(personas.map(({ id }) => id));
    }
    expect(await calls(leadData.name)).toHaveLength(2);
  });

  it("is given it by the alarm where D1 would not take it at once", async () => {
    const leadData = newLead();
    const before = await keys();
    const store = holdStore();
    const first = generateStream({ leadData }, refreshWith());
    await isTrue("the store is reached", () => store.reached);
    const joined = await generateStream({ leadData }, refreshWith());
    store.refuse = true;
    store.released = true;
    const [key = ""] = ((await first).headers.get("X-Stream-Id") ?? "").split(".");
    await joined.text();
    await (await first).text();
    await isTrue("D1 has refused", () => store.refused);
    store.refuse = false;
    expect((await keys()).waiting).toBe(before.waiting + 1);
    await runDurableObjectAlarm(env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key)));
    await expect.poll(keys).toEqual({ answered: before.answered + 2, waiting: before.waiting });
  });
});

describe("a key that joins a run which fails", () => {
  it("is free again, for another request too", async () => {
    const leadData = newLead();
    const before = await keys();
    await script(leadData.name, [{ headersAfterMs: 300, status: 400, body: "" }]);
    const [early, late] = [refreshWith(), refreshWith()];
    const first = generate({ leadData }, early);
    await callsReach(leadData.name, 1);
    const joined = generate({ leadData }, late);
    for (const response of await Promise.all([first, joined])) {
      expect([response.status, (await problemOf(response)).code]).toEqual([502, "upstream_rejected"]);
    }
    await expect.poll(keys).toEqual(before);
    expect((await generate({ leadData: newLead() }, { ...late, "Cache-Control": "max-age=0" })).status).toBe(
      200,
    );
  });
});
