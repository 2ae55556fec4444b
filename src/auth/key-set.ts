import { waitUntil } from "cloudflare:workers";
import type { HonoJsonWebKey } from "hono/utils/jwt/jws";
import { parseJson, readChunked } from "../http/body.ts";
import { Problem } from "../http/errors.ts";
import { isJsonObject } from "../http/validate.ts";
import { describeError, log } from "../log.ts";

/** Keys are rotated over days; a new `kid` is looked up at once. */
const FRESH_MS = 10 * 60_000;
// Tokens with invented kids must not become requests to the issuer.
const COOLDOWN_MS = 30_000;
/** The same where there are no keys yet, and nobody can sign in. */
const FIRST_COOLDOWN_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** No caller waits longer for a load, whatever became of the request that began it. */
const WAIT_MS = TIMEOUT_MS + 1_000;
const MAX_BYTES = 256 * 1024;

/** An issuer's public keys (RFC 7517 §5), kept for ten minutes in this isolate. */
export interface KeySet {
  /**
   * The keys that are known; fetched where they are old, or where `kid` is not among them: once for all who
   * ask meanwhile. Throws `internal` where there have never been any: the issuer cannot be reached.
   */
  keysFor(kid: string): Promise<readonly HonoJsonWebKey[]>;
}

/** RFC 7517 §5: what is no key that can be used is passed over. */
function toKeys(set: unknown): HonoJsonWebKey[] {
  const keys = isJsonObject(set) ? set.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("JWKS without keys");
  return keys.filter(
    (key) => isJsonObject(key) && typeof key.kid === "string",
  ) as unknown as HonoJsonWebKey[];
}

export function createKeySet(url: string, now: () => number): KeySet {
  let keys: readonly HonoJsonWebKey[] | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual" });
      if (!response.ok || !response.body) throw new Error(`JWKS answered ${response.status}`);
      keys = toKeys(parseJson(await readChunked(response.body, MAX_BYTES)));
      fetchedAt = now();
    } catch (error) {
      log.warn("jwks.failed", describeError(error));
    }
  }

  function begin(): Promise<void> {
    triedAt = now();
    const begun = load().finally(() => {
      if (loading === begun) loading = undefined;
    });
    waitUntil(begun); // others wait for it, even where the one who began it hangs up
    return begun;
  }

  async function refresh(): Promise<void> {
    if (now() - triedAt > WAIT_MS) loading = undefined; // its isolate's request was killed under it
    loading ??= begin();
    await Promise.race([loading, scheduler.wait(WAIT_MS)]);
  }

  /** Requests that come while it is loaded must not be refused for want of keys. */
  function mayRefresh(): boolean {
    return loading !== undefined || now() - triedAt >= (keys ? COOLDOWN_MS : FIRST_COOLDOWN_MS);
  }

  return {
    async keysFor(kid) {
      const known = keys?.some((key) => key.kid === kid) === true;
      const fresh = now() - fetchedAt < FRESH_MS;
      if (!(known && fresh) && mayRefresh()) await refresh();
      if (!keys) throw new Problem("internal"); // nobody is refused for want of keys
      return keys;
    },
  };
}
