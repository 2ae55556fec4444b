import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { wrapDatabase } from "../support/database.ts";
import { alter, announce, consume, consumeAll, imageCalls, ledger, newMarker } from "../support/portraits.ts";
import { callsReach, script } from "../support/upstream.ts";

let unwrap = () => {};
afterEach(() => unwrap());

/** The next batch of D1's that settles a portrait fails: before D1 has it, or after it did it. */
function loseNextSettlement(when: "before" | "after"): void {
  let lost = false;
  unwrap = wrapDatabase(async (sql, send) => {
    const isDue = !lost && /generated \+ excluded/.test(sql);
    lost ||= isDue;
    if (isDue && when === "before") throw new Error("Network connection lost.");
    const response = await send();
    if (!isDue) return response;
    await response.body?.cancel();
    throw new Error("Network connection lost.");
  });
}

/** What the days' figures have of portraits. US dollars. */
async function spent(): Promise<number> {
  const query = env.DB.prepare("SELECT SUM(cost_usd) AS usd FROM image_days");
  return (await query.first<{ usd: number | null }>())?.usd ?? 0;
}

/** What a portrait's row and the days' figures have of it, once `work` is done. US dollars. */
async function bookedBy(key: string, work: () => Promise<void>): Promise<{ row: number; days: number }> {
  const before = await spent();
  await work();
  const [portrait] = await ledger([key]);
  return { row: portrait?.costUsd ?? 0, days: (await spent()) - before };
}

const NO_PICTURE = { body: { data: [] } };

describe("what a portrait's call did cost", () => {
  it.each([
    ["made", "before", [{ imageBytes: 100 }], 1],
    ["made", "after", [{ imageBytes: 100 }], 1],
    ["not made", "before", [NO_PICTURE, { imageBytes: 100 }], 2],
    ["not made", "after", [NO_PICTURE, { imageBytes: 100 }], 2],
  ] as const)(
    "is counted once where it was %s and D1's answer was lost %s it did it",
    async (_, when, steps, calls) => {
      const control = newMarker();
      const [other = ""] = await announce([control]);
      await script(control, [...steps]);
      const expected = await bookedBy(other, () => consumeAll([other]));
      const marker = newMarker();
      const [key = ""] = await announce([marker]);
      await script(marker, [...steps]);
      loseNextSettlement(when);
      const { row, days } = await bookedBy(key, () => consumeAll([key]));
      expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: calls }]);
      expect(expected.row).toBeGreaterThan(0);
      expect([row, days]).toEqual([expect.closeTo(expected.row, 9), expect.closeTo(expected.row, 9)]);
      expect(await imageCalls(marker)).toHaveLength(calls);
    },
  );

  it.each([
    ["was made", { imageBytes: 100 }],
    ["was not made", NO_PICTURE],
  ])("is counted once where another worker took its lease meanwhile, and it %s", async (_, answer) => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await script(marker, [{ ...answer, headersAfterMs: 1_200 }, { imageBytes: 100 }]);
    const { row, days } = await bookedBy(key, async () => {
      const slow = consume();
      await callsReach(marker, 1);
      await alter(key, { dueAt: Date.now() - 1 }); // its time is over
      await consumeAll([key]);
      await slow;
    });
    expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: 2, uncertainCalls: 1 }]);
    expect(days).toBeCloseTo(row, 9);
    const control = newMarker();
    const [other = ""] = await announce([control]);
    await script(control, [NO_PICTURE, { imageBytes: 100 }]); // the worst case, and a portrait
    const expected = await bookedBy(other, () => consumeAll([other]));
    expect(row).toBeCloseTo(expected.row, 9);
  });
});
