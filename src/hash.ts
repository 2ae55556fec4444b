import { createHash, createHmac } from "node:crypto";

/** 64 hex characters. */
export type Hasher = (text: string | Uint8Array) => string;

/** SHA-256; HMAC-SHA-256 where there is a secret, so that a leaked table cannot be guessed through. */
export function createHasher(secret?: string): Hasher {
  return (text) =>
    (secret === undefined ? createHash("sha256") : createHmac("sha256", secret)).update(text).digest("hex");
}

/**
 * SHA-256 as a name for a Map: 16 UTF-16 units, not to be shown or stored. On the hot path, where node:crypto,
 * which builds a stream for each hash, costs as much as all else.
 */
export async function digest(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  const units = new Uint16Array(await crypto.subtle.digest("SHA-256", bytes));
  return Reflect.apply(String.fromCharCode, undefined, units); // spreading would iterate
}

export const sha256: Hasher = createHasher();
