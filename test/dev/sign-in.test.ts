import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sign } from "hono/utils/jwt/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareWorker, createBareWorker } from "../support/bare-worker.ts";

const CLAIMS = { iss: "https://issuer.test", aud: "asknewton" };
const CROWD = 40;

/** An issuer that answers when the test says so. */
const asked: ServerResponse[] = [];
let issuer: Server;
let worker: BareWorker;
let keys: CryptoKeyPair;

beforeAll(async () => {
  issuer = createServer((_, response) => void asked.push(response)).listen(0, "127.0.0.1");
  await once(issuer, "listening");
  const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  keys = made as CryptoKeyPair;
  worker = await createBareWorker({
    JWT_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`,
    JWT_ISSUER: CLAIMS.iss,
    JWT_AUDIENCE: CLAIMS.aud,
  });
  await worker.start();
});
afterAll(async () => {
  await worker?.dispose();
  issuer?.close();
});

async function bearer(kid = "one"): Promise<{ Authorization: string }> {
  const key = await crypto.subtle.exportKey("jwk", keys.privateKey);
  const payload = { ...CLAIMS, sub: "ann", exp: Math.floor(Date.now() / 1000) + 600 };
  return { Authorization: `Bearer ${await sign(payload, { ...key, kid, alg: "ES256" } as never, "ES256")}` };
}

/** 404 for one who is signed in, since there is no such set. */
const look = async (headers: Record<string, string>, signal: AbortSignal | null = null) =>
  (await worker.ask("/api/personas/unknown", { headers, signal })).status;

async function publish(): Promise<void> {
  const key = { ...(await crypto.subtle.exportKey("jwk", keys.publicKey)), kid: "one", alg: "ES256" };
  for (const response of asked) response.end(JSON.stringify({ keys: [null, key] }));
}

describe("an issuer's keys", () => {
  it("are fetched once for all who wait, also where the one whose request fetches them hangs up", async () => {
    const hangingUp = new AbortController();
    const first = look(await bearer(), hangingUp.signal).catch(() => "hung up");
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(1);
    const real = Array.from({ length: CROWD }, async () => await look(await bearer()));
    const invented = Array.from({ length: CROWD }, async (_, at) => await look(await bearer(`kid-${at}`)));
    expect(await look({ Authorization: "Bearer unsigned" })).toBe(401); // it waits for nothing
    hangingUp.abort();
    expect(await first).toBe("hung up");
    await publish();
    expect(new Set(await Promise.all(real))).toEqual(new Set([404]));
    expect(new Set(await Promise.all(invented))).toEqual(new Set([401]));
    expect(asked).toHaveLength(1);
  });
});
