import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createDailyLedger, type DailyLedger } from "../../src/budget/daily-ledger.ts";

const MINUTE = 60_000;
let days = 0;

/** The ledger of a day that no other test has, in a real object's storage. Amounts against a limit of one dollar. */
async function onNewDay(use: (ledger: DailyLedger, later: (ms: number) => void) => void): Promise<void> {
  days += 1;
  const object = env.SPEND.get(env.SPEND.idFromName(`day ${days}`));
  await runInDurableObject(object as never, (_: unknown, { storage }: DurableObjectState) => {
    let now = Date.now();
    const later = (ms: number) => {
      now += ms;
    };
    use(
      createDailyLedger(storage, () => now),
      later,
    );
  });
}

describe("a day's ledger", () => {
  it("tells what is only set aside from what is spent", async () => {
    await onNewDay((day) => {
      expect(day.reserve("a", 0.6, 1)).toBe("granted");
      expect(day.reserve("b", 0.6, 1)).toBe("set aside");
      day.settle("a", 0.5);
      expect(day.reserve("b", 0.6, 1)).toBe("spent");
      expect(day.reserve("b", 0.5, 1)).toBe("granted");
      expect(day.reserve("c", 1.01, 1)).toBe("spent");
    });
  });

  it("takes what nobody settled in a quarter of an hour for spent, until somebody does", async () => {
    await onNewDay((day, later) => {
      expect(day.reserve("a", 0.9, 1)).toBe("granted");
      later(14 * MINUTE);
      expect(day.reserve("b", 0.2, 1)).toBe("set aside");
      later(2 * MINUTE);
      expect(day.reserve("b", 0.2, 1)).toBe("spent");
      day.settle("a", 0.1);
      day.settle("a", 0.9);
      expect(day.reserve("b", 0.9, 1)).toBe("granted");
    });
  });
});
