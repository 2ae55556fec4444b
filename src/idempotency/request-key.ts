import canonicalize from "canonicalize";
import type { Hasher } from "../hash.ts";
import { Problem } from "../http/errors.ts";

const MAX_LENGTH = 255;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** RFC 9651 §3.3.3, as draft-ietf-httpapi-idempotency-key-header writes a key. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * The key that an `Idempotency-Key` header names; undefined where there is none. A quoted one is the same key
 * as the bare one. Throws `invalid_idempotency_key` where it is empty, longer than 255 characters or not
 * visible ASCII; two such headers in one request are joined by a space, and so are refused too.
 */
export function idempotencyKey(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined) return undefined;
  const quoted = QUOTED.exec(header)?.[1];
  const key = quoted === undefined ? header : quoted.replace(/\\(.)/g, "$1");
  if (key.length > MAX_LENGTH || !VISIBLE_ASCII.test(key)) throw new Problem("invalid_idempotency_key");
  return key;
}

export interface FingerprintInput {
  readonly route: "personas" | "chat";
  /** The validated body, without what only says how the answer is delivered (`images`). */
  readonly body: unknown;
  /** A forced refresh. */
  readonly refresh: boolean;
  /** The signed-in user, or else the caller's address; left out where an Idempotency-Key names the request. */
  readonly caller?: string;
}

/** CONTRACT §6. 64 hex characters: the same request of the same caller, and no other, has it. */
export function fingerprint({ route, body, refresh, caller }: FingerprintInput, hash: Hasher): string {
  return hash(canonicalize([route, body, refresh, caller ?? null]) ?? "");
}
