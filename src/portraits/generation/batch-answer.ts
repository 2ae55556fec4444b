import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { personaImages as images } from "../../db/schema.ts";
import type { ProblemCode } from "../../http/errors.ts";
import type { PortraitBucket } from "../bucket.ts";
import { nextSizesAt } from "../sizes/jobs.ts";
import type { MakeSizes } from "../sizes/sizes.ts";
import type { PortraitFile } from "./portrait-bytes.ts";

/** The prompt of a portrait that was erased may have been as long. */
export const LARGEST_PROMPT = "-".repeat(4_000);

/** Portraits that a batch has made, or not: the same bucket and the same ledger as the consumer's. */
export function createBatchPortraits(
  db: Database,
  bucket: Pick<PortraitBucket, "put" | "remove">,
  makeSizes: MakeSizes,
  now: () => number,
) {
  const isPending = (key: string) => and(eq(images.imageKey, key), eq(images.status, "pending"));

  async function find(key: string) {
    return await db.select({ status: images.status }).from(images).where(eq(images.imageKey, key)).get();
  }

  return {
    /** R2 before the ledger, whose statements the caller sends. None where it is ready or erased by now. */
    async keep(key: string, portrait: PortraitFile) {
      if ((await find(key))?.status !== "pending") return [];
      await bucket.put(key, portrait);
      const sizes = await makeSizes(key).catch(() => "missing" as const); // made later, by the consumer
      if (!(await find(key))) {
        await bucket.remove([key]); // erased meanwhile
        return [];
      }
      const at = now();
      const { contentType, bytes } = portrait;
      const set = {
        status: "ready" as const,
        contentType,
        bytes: bytes.byteLength,
        failure: null,
        sizesDueAt: sizes === "missing" ? nextSizesAt(now(), now()) : null,
        economy: false,
      };
      const free = { leaseOwner: null, callId: null, readyAt: at, updatedAt: at };
      return [
        db
          .update(images)
          .set({ ...set, ...free })
          .where(isPending(key)),
      ];
    },
    fail(key: string, failure: ProblemCode) {
      return [
        db
          .update(images)
          .set({ status: "failed", failure, economy: false, updatedAt: now() })
          .where(isPending(key)),
      ];
    },
    /** The consumer makes them. */
    async makeOrdinarily(keys: readonly string[]): Promise<void> {
      for (const key of keys) {
        await db.update(images).set({ economy: false, dueAt: now() }).where(isPending(key));
      }
    },
  };
}
