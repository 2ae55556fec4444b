import { createKeySet } from "../auth/key-set.ts";
import { keySetVerifier, secretVerifier, type VerifyToken } from "../auth/verifier.ts";
import type { Config } from "../config/config.ts";
import { now } from "./env.ts";

/** Where callers sign in: the check of their tokens. */
export function composeVerifier(config: Config): VerifyToken | undefined {
  const claims = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
  if (config.JWT_SECRET !== undefined) return secretVerifier(config.JWT_SECRET, claims);
  if (config.JWT_JWKS_URL === undefined) return undefined;
  return keySetVerifier(createKeySet(config.JWT_JWKS_URL, now), claims);
}
