import type { AsymmetricAlgorithm } from "hono/utils/jwt/jwa";
import { decodeHeader, verify, verifyWithJwks } from "hono/utils/jwt/jwt";
import type { JWTPayload } from "hono/utils/jwt/types";
import type { KeySet } from "./key-set.ts";

/** Gives the token's `sub`, or undefined where the token is not to be believed, for whatever reason. */
export type VerifyToken = (token: string) => Promise<string | undefined>;

export interface Claims {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

/** A user's id is hashed and compared, never parsed; longer than this it is not one. */
const MAX_SUBJECT_LENGTH = 1024;
/** `none` and HMAC are not among them: a public key must never be taken for a secret (RFC 8725 §2.1). */
const ASYMMETRIC: readonly AsymmetricAlgorithm[] = [
  ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
  ...(["ES256", "ES384", "ES512", "EdDSA"] as const),
];

/** RFC 7515 §3.1: three parts in base64url. The library would take padding as well: another spelling of one token. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const compactOnly =
  (verifyToken: VerifyToken): VerifyToken =>
  async (token) =>
    COMPACT.test(token) ? await verifyToken(token) : undefined;

function toSubject({ sub }: JWTPayload): string | undefined {
  return typeof sub === "string" && sub !== "" && sub.length <= MAX_SUBJECT_LENGTH ? sub : undefined;
}

/** RFC 9068 §2.1 access tokens say `at+jwt`; all others `JWT` or nothing, which is what the library expects. */
function accessTokenType(token: string): { typ?: string } {
  const { typ } = decodeHeader(token) as { typ?: unknown };
  return typeof typ === "string" && typ.toLowerCase() === "at+jwt" ? { typ } : {};
}

function expected({ issuer, audience }: Claims) {
  return { ...(issuer !== undefined && { iss: issuer }), ...(audience !== undefined && { aud: audience }) };
}

/** HS256 under a shared secret. `exp` and `nbf` are held to where they are there (RFC 7519 §4.1). */
export function secretVerifier(secret: string, claims: Claims): VerifyToken {
  return compactOnly(async (token) => {
    try {
      const options = { alg: "HS256" as const, ...expected(claims), ...accessTokenType(token) };
      return toSubject(await verify(token, secret, options));
    } catch {
      return undefined;
    }
  });
}

/** The key that an issuer could have signed the token with; undefined where no key of a set can have. */
function parseKid(token: string): string | undefined {
  try {
    const { alg, kid } = decodeHeader(token) as { alg?: unknown; kid?: unknown };
    const isSigned = ASYMMETRIC.some((algorithm) => algorithm === alg);
    return isSigned && typeof kid === "string" ? kid : undefined;
  } catch {
    return undefined; // no JWT
  }
}

/** Keys of an issuer's JWKS. A `kid` that is not known makes the set be fetched anew, within its own bounds. */
export function keySetVerifier(keySet: KeySet, claims: Claims): VerifyToken {
  return compactOnly(async (token) => {
    const kid = parseKid(token);
    if (kid === undefined) return undefined;
    const keys = await keySet.keysFor(kid);
    try {
      const verification = { ...expected(claims), ...accessTokenType(token) };
      return toSubject(
        await verifyWithJwks(token, { keys: [...keys], allowedAlgorithms: ASYMMETRIC, verification }),
      );
    } catch {
      return undefined;
    }
  });
}
