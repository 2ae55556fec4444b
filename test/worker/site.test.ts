import { describe, expect, it } from "vitest";
import { call, problemOf } from "../support/api.ts";

const textOf = async (path: string) => (await call(path)).text();

describe("the pages", () => {
  it.each([
    ["/", "text/html"],
    ["/docs", "text/html"],
    ["/openapi.json", "application/json"],
    ["/client.js", "text/javascript"],
  ])("%s is there, with the common headers and a strict policy", async (path, type) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await call(path, { method });
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toContain(type);
      expect(response.headers.get("X-Request-Id")).toMatch(/./);
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Strict-Transport-Security")).toMatch(/^max-age=/);
      const policy = response.headers.get("Content-Security-Policy");
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      await response.body?.cancel();
    }
  });

  it("are asked for again only when they have changed", async () => {
    const first = await call("/docs");
    await first.body?.cancel();
    const again = await call("/docs", { headers: { "If-None-Match": first.headers.get("ETag") ?? "" } });
    expect(again.status).toBe(304);
  });

  it("show the playground, the description of every code, and the document", async () => {
    expect(await textOf("/")).toContain('<div id="app">');
    expect(await textOf("/docs")).toContain('id="upstream_timeout"');
    expect(JSON.parse(await textOf("/openapi.json"))).toMatchObject({ openapi: "3.1.0" });
  });

  it("hand the client to pages of any origin", async () => {
    const response = await call("/client.js", { headers: { Origin: "https://elsewhere.test" } });
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(await response.text()).toContain("export{");
  });
});

describe("what the pages load", () => {
  const assetOf = async () => /\/assets\/[\w.-]+\.js/.exec(await textOf("/"))?.[0] ?? "";

  it("is kept for a year, named by its content, with the common headers", async () => {
    const response = await call(await assetOf());
    await response.body?.cancel();
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(response.headers.get("Strict-Transport-Security")).toMatch(/^max-age=/);
    expect(response.headers.get("X-Request-Id")).toMatch(/./);
    const unchanged = { "If-None-Match": response.headers.get("ETag") ?? "" };
    expect((await call(await assetOf(), { headers: unchanged })).status).toBe(304);
  });

  it.each([
    "/assets/index-gone.js",
    "/assets/",
    "/assets/a/b.css",
    "/assets//index.js",
    "/assets/%2e%2e%2findex",
  ])("is a problem that nobody keeps where there is no %s", async (path) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await call(path, { method, headers: { "X-Request-Id": "mine" } });
      expect(response.status).toBe(404);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("X-Request-Id")).toBe("mine");
      expect(response.headers.get("Strict-Transport-Security")).toMatch(/^max-age=/);
      if (method === "GET") expect((await problemOf(response)).code).toBe("not_found");
    }
  });
});
