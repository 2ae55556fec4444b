import { describeError, log } from "../log.ts";
import type { PortraitBucket } from "./bucket.ts";
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

export interface Sizes {
  /** Makes all sizes of a picture that has none, one after another. */
  makeAll(key: string, picture: Uint8Array): Promise<SizesMade>;
  /** Makes those that are not there, from the original in R2. */
  makeMissing(key: string): Promise<SizesMade>;
}

export interface SizesDeps {
  readonly bucket: Pick<PortraitBucket, "head" | "get" | "put">;
  readonly transform: Transform;
  readonly widths: readonly number[];
  readonly health: Health;
}

/** The narrower copies of portraits. Rejects where R2 is away; what else goes wrong leaves a size missing. */
export function createSizes({ bucket, transform, widths, health }: SizesDeps): Sizes {
  async function make(key: string, picture: Uint8Array, wanted: readonly number[]): Promise<SizesMade> {
    if (wanted.length > 0 && health.isAway()) return "missing";
    for (const width of wanted) {
      try {
        const size = await transform(picture, width);
        health.worked();
        await bucket.put(key, size, width);
      } catch (error) {
        health.failed(error);
        return "missing";
      }
    }
    return "complete";
  }

  return {
    makeAll: (key, picture) => make(key, picture, widths),
    async makeMissing(key) {
      const there = await Promise.all(widths.map((width) => bucket.head(key, width)));
      const wanted = widths.filter((_, index) => !there[index]);
      if (wanted.length === 0) return "complete";
      const original = await bucket.get(key);
      if (!original) return "lost";
      return await make(key, await new Response(original.body).bytes(), wanted);
    },
  };
}
