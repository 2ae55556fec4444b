import { env } from "cloudflare:workers";
import { sign } from "hono/utils/jwt/jwt";
import { tokenFor } from "./tokens.ts";

function encoded(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("=", "");
}

/** `Authorization` headers that no user's route may take, by what is wrong with them; empty: none is sent. */
export async function badTokens(): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const good = await tokenFor("ann");
  const claims = { iss: "https://issuer.test", aud: "asknewton", exp: now + 60, sub: "ann" };
  return {
    nothing: "",
    "no bearer": "Basic YTpi",
    "no token": "Bearer ",
    "two tokens": `Bearer ${good}, Bearer ${good}`,
    "no JWT": "Bearer abc",
    "three dots": "Bearer ...",
    "another secret": `Bearer ${await tokenFor("ann", {}, "another secret")}`,
    expired: `Bearer ${await tokenFor("ann", { exp: now - 1 })}`,
    "expired, in words": `Bearer ${await tokenFor("ann", { exp: "tomorrow" })}`,
    "not valid yet": `Bearer ${await tokenFor("ann", { nbf: now + 600 })}`,
    "another issuer": `Bearer ${await tokenFor("ann", { iss: "https://other.test" })}`,
    "no issuer": `Bearer ${await tokenFor("ann", { iss: undefined })}`,
    "another audience": `Bearer ${await tokenFor("ann", { aud: "other" })}`,
    "no audience": `Bearer ${await tokenFor("ann", { aud: undefined })}`,
    "no sub": `Bearer ${await tokenFor(undefined)}`,
    "an empty sub": `Bearer ${await tokenFor("")}`,
    "a sub that is no text": `Bearer ${await tokenFor(7)}`,
    "a sub of 2,000 characters": `Bearer ${await tokenFor("a".repeat(2_000))}`,
    "alg none": `Bearer ${encoded({ alg: "none", typ: "JWT" })}.${encoded(claims)}.`,
    "another algorithm": `Bearer ${await sign(claims, "x".repeat(64), "HS512")}`,
    "a changed payload": `Bearer ${good.split(".")[0]}.${encoded({ ...claims, sub: "bob" })}.${good.split(".")[2]}`,
    "a payload that is no object": `Bearer ${good.split(".")[0]}.${encoded(null)}.${good.split(".")[2]}`,
    "the admin's token": `Bearer ${(env as unknown as { ADMIN_TOKEN: string }).ADMIN_TOKEN}`,
    "40,000 characters": `Bearer ${"a".repeat(40_000)}`,
  };
}
