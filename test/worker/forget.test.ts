import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { generateStream, newLead, until } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

function objectOf(streamId: string | null) {
  const [key = ""] = (streamId ?? "").split(".");
  return env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key));
}

describe("forgetting a run", () => {
  it("whose server died does not bring it back: nothing more is paid, and nothing is left", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ silentAfterChunks: 2 }], true);
    const response = await generateStream({ leadData });
    await callsReach(leadData.name, 1);
    await abortAllDurableObjects();
    await response.body?.cancel().catch(() => {});
    const object = objectOf(response.headers.get("X-Stream-Id"));
    expect(await object.forget()).toBe(true);
    expect(await calls(leadData.name)).toHaveLength(1);
    const left = await runInDurableObject(object, async (_, { storage }) => [
      ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'runs'").toArray(),
      ...storage.kv.list(),
      await storage.getAlarm(),
    ]);
    expect(left).toEqual([null]);
    expect(await object.forget()).toBe(false);
  });

  it("ends after all that it still wrote to D1, so that whoever erases finds it", async () => {
    const leadData = newLead();
    const order: string[] = [];
    let released = false;
    const unwrap = wrapDatabase(async (sql, send) => {
      if (!/insert into \W+request_log/.test(sql)) return await send();
      await until("the write is released", async () => released);
      const answer = await send();
      order.push("written");
      return answer;
    });
    try {
      await script(leadData.name, [{ silentAfterChunks: 2 }]);
      const response = await generateStream({ leadData, email: `${leadData.name}@example.com` });
      const forgotten = objectOf(response.headers.get("X-Stream-Id"))
        .forget()
        .then(() => order.push("forgotten"));
      expect(await response.text()).toContain("interrupted");
      released = true;
      await forgotten;
      expect(order).toEqual(["written", "forgotten"]);
    } finally {
      unwrap();
    }
  });
});
