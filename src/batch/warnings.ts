import type { BatchStore } from "./store.ts";

const DAY_MS = 86_400_000;

/** What `ready` says of an upstream without batches. */
export async function batchWarnings(
  store: Pick<BatchStore, "isUnsupported">,
  now: number,
): Promise<string[]> {
  const missing = await store.isUnsupported(now - DAY_MS);
  return missing ? ["The model service has no Batch API: economy jobs are made at the usual price"] : [];
}
