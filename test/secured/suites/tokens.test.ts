import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, problemOf } from "../../support/api.ts";
import { TOKEN_CASES, tokenOf } from "../../support/suites/tokens.ts";

const { JWT_SECRET } = env as unknown as { JWT_SECRET: string };
/** Who is believed is told that there is no such set. */
const PATH = `/api/personas/${"0".repeat(32)}`;

describe("a bearer", () => {
  it.each(TOKEN_CASES)("$name: believed is $believed", async (given) => {
    const headers = { Authorization: `Bearer ${await tokenOf(given, JWT_SECRET)}` };
    const { code } = await problemOf(await call(PATH, { headers }));
    expect(code).toBe(given.believed ? "not_found" : "unauthorized");
  });
});
