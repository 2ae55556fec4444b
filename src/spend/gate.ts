import type { SpendGate } from "../openai/text-calls.ts";

/** Without a DAILY_SPEND_LIMIT_USD every call is granted and nothing is asked. */
export function createSpendGate(): SpendGate {
  return { reserve: async () => ({ settle: async () => {} }) };
}
