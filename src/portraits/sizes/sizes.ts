import { describeError, log } from "../../log.ts";
import type { PortraitBucket } from "../bucket.ts";
import type { Transform } from "./transform.ts";

/** Whether sizes can be made now. */
export interface Health {
  isAway(): boolean;
  failed(error: unknown): void;
  worked(): void;
}

/** Portraits go on at once while sizes cannot be made, and now and then one tries. Milliseconds. */
const AWAY_MS = 60_000;

/** Says once that sizes cannot be made, however many fail until one works again. */
export function createHealth(now: () => number): Health {
  let failing = false;
  let awayUntil = 0;
  return {
    isAway: () => now() < awayUntil,
    failed(error) {
      if (!failing) log.error("sizes.away", describeError(error));
      failing = true;
      awayUntil = now() + AWAY_MS;
    },
    worked() {
      failing = false;
      awayUntil = 0;
    },
  };
}

/** `missing`: one at least could not be made. `lost`: there is no original to make them of. */
export type SizesMade = "complete" | "missing" | "lost";

/** Makes the sizes of a portrait that are not there, one after another, from the original in R2. */
export type MakeSizes = (key: string) => Promise<SizesMade>;

export interface SizesDeps {
  readonly bucket: Pick<PortraitBucket, "head" | "get" | "put">;
  readonly transform: Transform;
  readonly widths: readonly number[];
  readonly health: Health;
}

/**
 * The narrower copies of portraits. The original passes from R2 to the transform and is never held here. What goes
 * wrong leaves a size missing; rejects where R2 is away.
 */
export function createSizes({ bucket, transform, widths, health }: SizesDeps): MakeSizes {
  async function make(key: string, width: number, original: ReadableStream): Promise<boolean> {
    try {
      const size = await transform(original, width);
      health.worked();
      await bucket.put(key, size, width);
      return true;
    } catch (error) {
      health.failed(error);
      return false;
    }
  }

  return async function makeSizes(key) {
    const there = await Promise.all(widths.map((width) => bucket.head(key, width)));
    for (const [index, width] of widths.entries()) {
      if (there[index]) continue;
      if (health.isAway()) return "missing";
      const original = await bucket.get(key);
      if (!original) return "lost";
      if (!(await make(key, width, original.body))) return "missing";
    }
    return "complete";
  };
}
