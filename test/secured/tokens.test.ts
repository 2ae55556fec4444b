import { describe, expect, it } from "vitest";
import { call, problemOf } from "../support/api.ts";
import { badTokens } from "../support/bad-tokens.ts";
import { listenToLog } from "../support/discretion.ts";
import { nameOf, ROUTES } from "../support/guarded-routes.ts";
import { isRefused, knock } from "../support/knock.ts";
import { bearerFor } from "../support/tokens.ts";

const BAD = Object.entries(await badTokens());
const guarded = ROUTES.filter(({ access }) => access !== "anyone");
const open = ROUTES.filter(({ access }) => access === "anyone");

/** What of a header must not come back, or be written down. */
function tokenIn(authorization: string): string[] {
  const token = authorization.replace(/^\w+ */, "");
  return token.length > 8 ? [token.slice(0, 200)] : [];
}

describe.each(guarded.map((route) => ({ name: nameOf(route), route })))("$name", ({ route }) => {
  it.each(BAD)("is not for one with %s", async (what, authorization) => {
    if (route.access === "admin" && what === "the admin's token") return;
    const log = listenToLog();
    const response = await knock(route, { headers: { Authorization: authorization } });
    const challenge = response.headers.get("WWW-Authenticate");
    await isRefused(response, [401, "unauthorized"], ...tokenIn(authorization));
    expect(challenge).toMatch(/^Bearer realm="asknewton"/);
    for (const token of tokenIn(authorization)) expect(log.lines()).not.toContain(token);
  });

  it("tells one without a token nothing of its methods, and of its body no fault", async () => {
    const Authorization = "";
    await isRefused(await knock(route, { headers: { Authorization }, method: "PUT" }), [401, "unauthorized"]);
    if (!route.body) return;
    const response = await knock(route, { headers: { Authorization, "Content-Type": "text/plain" } });
    await isRefused(response, [401, "unauthorized"]);
  });
});

describe.each(open.map((route) => ({ name: nameOf(route), route })))("$name", ({ route }) => {
  it("asks for no token, and looks at none", async () => {
    for (const [, authorization] of BAD) {
      const headers: Record<string, string> = authorization === "" ? {} : { Authorization: authorization };
      const response = await knock(route, { headers });
      expect(response.status).toBe(route.status);
      await response.body?.cancel();
    }
  });
});

describe("what is not there", () => {
  it("is there for nobody, and says so only to those who have signed in", async () => {
    for (const path of ["/api/nowhere", "/api/personas/generate/", "/api/chat/streams/"]) {
      expect((await problemOf(await call(path))).code).toBe("unauthorized");
      expect((await problemOf(await call(path, { headers: await bearerFor("ann") }))).code).toBe("not_found");
    }
  });
});
