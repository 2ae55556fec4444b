import { sign } from "hono/utils/jwt/jwt";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { createKeySet } from "../../src/auth/key-set.ts";
import { keySetVerifier } from "../../src/auth/verifier.ts";

const CLAIMS = { issuer: "https://issuer.test", audience: "asknewton" };
const control = `${new URL(inject("upstream")).origin}/__stand-in`;
// Any URL of the stand-in's that a script answers will do for an issuer.
const jwksUrl = `${inject("upstream")}/models/jwks`;

let now = 1_000_000;
let pair: CryptoKeyPair;

async function publish(body: unknown, status = 200): Promise<void> {
  const step = { status, body, headers: { "content-type": "application/json" } };
  const script = { match: "models/jwks", steps: [step], repeat: true };
  await fetch(`${control}/script`, { method: "POST", body: JSON.stringify(script) });
}

async function publicKey(kid: string) {
  return {
    ...((await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey),
    kid,
    alg: "ES256",
    use: "sig",
  };
}

async function tokenWith(kid: string): Promise<string> {
  const key = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  const exp = Math.floor(Date.now() / 1000) + 60;
  const payload = { iss: CLAIMS.issuer, aud: CLAIMS.audience, sub: "ann", exp };
  return await sign(payload, { ...key, kid, alg: "ES256" } as never, "ES256");
}

beforeAll(async () => {
  const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  pair = made as CryptoKeyPair;
});

describe("an issuer's key set", () => {
  it("verifies its tokens, looks a new kid up once, and outlives an issuer that is away", async () => {
    await publish({ keys: [await publicKey("one")] });
    const verify = keySetVerifier(
      createKeySet(jwksUrl, () => now),
      CLAIMS,
    );
    expect(await verify(await tokenWith("one"))).toBe("ann");
    expect(await verify("no.jwt.atall")).toBeUndefined();

    await publish({ keys: [await publicKey("one"), await publicKey("two")] });
    expect(await verify(await tokenWith("two"))).toBeUndefined(); // asked a moment ago
    now += 60_000;
    expect(await verify(await tokenWith("two"))).toBe("ann");

    await publish("gone", 503);
    now += 3_600_000;
    expect(await verify(await tokenWith("one"))).toBe("ann");
  });

  it("takes no token of another algorithm or another key", async () => {
    await publish({ keys: [await publicKey("one")] });
    const verify = keySetVerifier(
      createKeySet(jwksUrl, () => now),
      CLAIMS,
    );
    const claims = {
      iss: CLAIMS.issuer,
      aud: CLAIMS.audience,
      sub: "ann",
      exp: Math.floor(Date.now() / 1000) + 60,
    };
    const shared = JSON.stringify(await publicKey("one")); // the public key taken for a secret
    expect(await verify(await sign(claims, shared, "HS256"))).toBeUndefined();
  });

  it("refuses nobody where the issuer was never reached: that is our fault", async () => {
    await publish("gone", 503);
    const verify = keySetVerifier(
      createKeySet(jwksUrl, () => now),
      CLAIMS,
    );
    await expect(verify(await tokenWith("one"))).rejects.toThrow("internal");
  });
});
