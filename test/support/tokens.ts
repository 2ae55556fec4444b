import { env } from "cloudflare:workers";
import { sign } from "hono/utils/jwt/jwt";

const SOON = 3600;

/** A token as the issuer of the tests makes it; members given override, and undefined takes one away. */
export async function tokenFor(
  sub: unknown,
  claims: Record<string, unknown> = {},
  secret?: string,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const whole = { iss: "https://issuer.test", aud: "asknewton", exp: now + SOON, sub, ...claims };
  const payload = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
  const { JWT_SECRET } = env as unknown as { JWT_SECRET: string };
  return await sign(payload, secret ?? JWT_SECRET, "HS256");
}

export async function bearerFor(sub: string): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${await tokenFor(sub)}` };
}
