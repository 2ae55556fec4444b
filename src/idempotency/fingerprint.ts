import canonicalize from "canonicalize";
import type { Hasher } from "../hash.ts";

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
