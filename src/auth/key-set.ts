import type { HonoJsonWebKey } from "hono/utils/jwt/jws";
import { Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";

/** Keys are rotated over days; a new `kid` is looked up at once. */
const FRESH_MS = 10 * 60_000;
// Tokens with invented kids must not become requests to the issuer.
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** An issuer's public keys (RFC 7517 §5), kept for ten minutes in this isolate. */
export interface KeySet {
  /**
   * The keys that are known; fetched where they are old, or where `kid` is not among them. Throws `internal`
   * where there have never been any: the issuer cannot be reached.
   */
  keysFor(kid: string | undefined): Promise<readonly HonoJsonWebKey[]>;
}

function keysOf(text: string): HonoJsonWebKey[] {
  const { keys } = Object(JSON.parse(text)) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("JWKS without keys");
  return keys as HonoJsonWebKey[];
}

export function createKeySet(url: string, now: () => number): KeySet {
  let keys: readonly HonoJsonWebKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;

  async function load(): Promise<void> {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual" });
    if (!response.ok) throw new Error(`JWKS answered ${response.status}`);
    const text = await response.text();
    if (text.length > MAX_BYTES) throw new Error("JWKS too large");
    keys = keysOf(text);
    fetchedAt = now();
  }

  return {
    async keysFor(kid) {
      const age = now() - fetchedAt;
      const known = kid === undefined ? keys.length > 0 : keys.some((key) => key.kid === kid);
      if ((age < FRESH_MS && known) || now() - triedAt < COOLDOWN_MS) {
        return keys;
      }
      try {
        await load();
      } catch (error) {
        log.warn("jwks.failed", describeError(error));
        if (keys.length === 0) throw new Problem("internal"); // nobody is refused for want of keys
      }
      triedAt = now(); // only now: requests that come meanwhile must not be refused for want of keys
      return keys;
    },
  };
}
