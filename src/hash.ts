import { createHash, createHmac } from "node:crypto";

/** 64 hex characters. */
export type Hasher = (text: string | Uint8Array) => string;

/** SHA-256; HMAC-SHA-256 where there is a secret, so that a leaked table cannot be guessed through. */
export function createHasher(secret?: string): Hasher {
  return (text) =>
    (secret === undefined ? createHash("sha256") : createHmac("sha256", secret)).update(text).digest("hex");
}

export const sha256: Hasher = createHasher();
