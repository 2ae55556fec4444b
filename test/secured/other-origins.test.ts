import { describe, expect, it } from "vitest";
import { call, generate, generateStream, newLead, post, setOf } from "../support/api.ts";
import { nameOf, ROUTES } from "../support/guarded-routes.ts";
import { knock } from "../support/knock.ts";
import { bearerFor } from "../support/tokens.ts";

const APP = "https://app.test";
const EXPOSED = ["X-Request-Id", "X-Stream-Id", "Cache-Status", "Idempotency-Replayed", "Retry-After"];

async function isReadable(response: Response): Promise<void> {
  const { headers } = response;
  expect(headers.get("Access-Control-Allow-Origin")).toBe(APP);
  expect(headers.get("Vary")).toContain("Origin");
  const exposed = (headers.get("Access-Control-Expose-Headers") ?? "").split(",").map((name) => name.trim());
  expect(exposed).toEqual(expect.arrayContaining(EXPOSED));
  await response.text();
}

describe("a page of an allowed origin can read", () => {
  it.each(ROUTES.map((route) => ({ name: nameOf(route), route })))(
    "$name, HEAD and 405 too",
    async ({ route }) => {
      for (const method of [route.method, "HEAD", "PUT"])
        await isReadable(await knock(route, { method, headers: { Origin: APP } }));
    },
  );

  it("a stream, whole and resumed, and the 204 after it", async () => {
    const headers = { Origin: APP, ...(await bearerFor("ann")) };
    const messages = [{ role: "user", content: newLead().name }];
    const chat = await post("/api/chat/stream", { messages }, headers);
    const personas = await generateStream({ leadData: newLead(), config: { count: 1 } }, headers);
    for (const [response, path] of [
      [chat, "/api/chat/streams"],
      [personas, "/api/personas/generations"],
    ] as const) {
      const id = response.headers.get("X-Stream-Id");
      await isReadable(response);
      await isReadable(await call(`${path}/${id}`, { headers }));
      const ended = await call(`${path}/${id}?after=${10 ** 9}`, { headers });
      expect(ended.status).toBe(204);
      await isReadable(ended);
    }
  });

  it("a refusal that says when to come back, and an answer that has not changed", async () => {
    const headers = { Origin: APP, ...(await bearerFor("ann")) };
    const leadData = newLead();
    const missing = await generate({ leadData }, { ...headers, "Cache-Control": "only-if-cached" });
    expect(missing.status).toBe(504);
    await isReadable(missing);
    const path = `/api/personas/${(await setOf(await generate({ leadData }, headers))).setId}`;
    const etag = (await call(path, { headers })).headers.get("ETag") ?? "";
    const same = await call(path, { headers: { ...headers, "If-None-Match": etag } });
    expect(same.status).toBe(304);
    await isReadable(same);
  });
});

describe("a page of another origin", () => {
  it.each(["https://evil.test", "null", "https://app.test:8443", "http://localhost:30000"])(
    "can read nothing, and is told so beforehand: %s",
    async (Origin) => {
      const preflight = { "Access-Control-Request-Method": "POST", Origin };
      for (const response of [
        await call("/api/health", { headers: { Origin } }),
        await call("/api/chat", { method: "POST", headers: { Origin } }),
        await call("/api/chat", { method: "OPTIONS", headers: preflight }),
      ]) {
        expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
        expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
        await response.text();
      }
    },
  );
});
