import { sign } from "hono/utils/jwt/jwt";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { createKeySet } from "../../src/auth/key-set.ts";
import { keySetVerifier } from "../../src/auth/verifier.ts";
import { calls, script } from "../support/upstream.ts";

const CLAIMS = { issuer: "https://issuer.test", audience: "asknewton" };
let now = 1_000_000;
let pair: CryptoKeyPair;

/** An issuer of its own: any URL of the stand-in's that a script answers will do. */
function issuer() {
  const match = `models/jwks-${crypto.randomUUID()}`;
  return {
    publish: (body: Step["body"], status = 200) =>
      script(match, [{ status, body, headers: { "content-type": "application/json" } }], true),
    publishKeys: (keys: readonly unknown[]) =>
      script(
        match,
        [{ body: { keys: [...keys] } as Step["body"], headers: { "content-type": "application/json" } }],
        true,
      ),
    asked: async () => (await calls(match)).length,
    verifier: () =>
      keySetVerifier(
        createKeySet(`${inject("upstream")}/${match}`, () => now),
        CLAIMS,
      ),
  };
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

/** A token that nobody signed, as anyone can make one up. */
function madeUp(header: object): string {
  const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `${part(header)}.${part({ sub: "ann", iss: CLAIMS.issuer, aud: CLAIMS.audience })}.AAAA`;
}

const UNSIGNED = [
  "no.jwt.atall",
  "",
  "a.b",
  madeUp({ alg: "none" }),
  madeUp({ alg: "HS256", kid: "one" }),
  madeUp({ alg: "ES256" }),
  madeUp({ alg: "ES256", kid: 1 }),
  madeUp({ alg: "ES256", kid: { a: 1 } }),
];

describe("an issuer's key set", () => {
  it("verifies its tokens, looks a new kid up once, and outlives an issuer that is away", async () => {
    const { publish, publishKeys, verifier } = issuer();
    await publishKeys([await publicKey("one")]);
    const verify = verifier();
    expect(await verify(await tokenWith("one"))).toBe("ann");
    expect(await verify("no.jwt.atall")).toBeUndefined();

    await publishKeys([await publicKey("one"), await publicKey("two")]);
    expect(await verify(await tokenWith("two"))).toBeUndefined(); // asked a moment ago
    now += 60_000;
    expect(await verify(await tokenWith("two"))).toBe("ann");

    await publish("gone", 503);
    now += 3_600_000;
    expect(await verify(await tokenWith("one"))).toBe("ann");
  });

  it("is asked once, however many tokens arrive while it is fetched, and all have its keys", async () => {
    const { publishKeys, asked, verifier } = issuer();
    await publishKeys([await publicKey("one")]);
    const verify = verifier();
    const tokens = Array.from({ length: 40 }, (_, at) => madeUp({ alg: "ES256", kid: `invented-${at}` }));
    const [forged, real] = await Promise.all([
      Promise.all(tokens.map(verify)),
      Promise.all(Array.from({ length: 40 }, async () => await verify(await tokenWith("one")))),
    ]);
    expect(new Set(forged)).toEqual(new Set([undefined]));
    expect(new Set(real)).toEqual(new Set(["ann"]));
    expect(await asked()).toBe(1);
  });

  it("is not asked for tokens that no key of its could have signed", async () => {
    const { publishKeys, asked, verifier } = issuer();
    await publishKeys([await publicKey("one")]);
    const verify = verifier();
    for (const token of UNSIGNED) {
      now += 3_600_000;
      expect(await verify(token)).toBeUndefined();
    }
    expect(await asked()).toBe(0);
  });

  it("is asked twice a minute at most, whatever kids are invented", async () => {
    const { publishKeys, asked, verifier } = issuer();
    await publishKeys([await publicKey("one")]);
    const verify = verifier();
    for (let second = 0; second < 120; second += 1) {
      await verify(madeUp({ alg: "ES256", kid: `invented-${second}` }));
      now += 1_000;
    }
    expect(await asked()).toBeLessThanOrEqual(4);
  });

  it("loses a key that is no key, and keeps the others", async () => {
    const { publishKeys, verifier } = issuer();
    const broken = [null, 1, "one", [], {}, { kid: 1 }, { kid: "one", kty: "EC" }];
    await publishKeys([...broken, await publicKey("two")]);
    const verify = verifier();
    expect(await verify(await tokenWith("two"))).toBe("ann");
    expect(await verify(await tokenWith("one"))).toBeUndefined();
  });

  it("takes no token of another algorithm or another key", async () => {
    const { publishKeys, verifier } = issuer();
    await publishKeys([await publicKey("one")]);
    const exp = Math.floor(Date.now() / 1000) + 60;
    const claims = { iss: CLAIMS.issuer, aud: CLAIMS.audience, sub: "ann", exp };
    const shared = JSON.stringify(await publicKey("one")); // the public key taken for a secret
    expect(await verifier()(await sign(claims, shared, "HS256"))).toBeUndefined();
  });

  it.each([
    ["is away", "gone", 503],
    ["answers with what is no key set", { keys: "none" }, 200],
    ["answers with null", null, 200],
  ])(
    "refuses nobody where the issuer was never reached and %s: that is our fault",
    async (_, body, status) => {
      const { publish, publishKeys, asked, verifier } = issuer();
      await publish(body, status);
      const verify = verifier();
      const token = await tokenWith("one");
      for (let time = 0; time < 10; time += 1) await expect(verify(token)).rejects.toThrow("internal");
      expect(await asked()).toBe(1);

      await publishKeys([await publicKey("one")]);
      now += 5_000; // sooner than where there are keys
      expect(await verify(token)).toBe("ann");
    },
  );
});
