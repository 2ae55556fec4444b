import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { until } from "./api.ts";

function today() {
  return env.SPEND.get(env.SPEND.idFromName(new Date().toISOString().slice(0, 10)));
}

/** While `work` goes on, today's ledger answers nobody: whoever reserves money waits. */
export async function whileLedgerIsHeld(work: () => Promise<void>): Promise<void> {
  let held: "asked" | "held" | "released" = "asked";
  const holding = runInDurableObject(today(), (_, ctx) =>
    ctx.blockConcurrencyWhile(async () => {
      held = "held";
      await until("the ledger is released", async () => held === "released");
    }),
  );
  await until("the ledger is held", async () => held === "held");
  try {
    await work();
  } finally {
    held = "released";
    await holding;
  }
}

/** What is spent and set aside today. US dollars. */
export async function spentToday(): Promise<number> {
  return await runInDurableObject(
    today(),
    (_, { storage }) => storage.sql.exec<{ usd: number }>("SELECT SUM(usd) AS usd FROM money").one().usd,
  );
}
