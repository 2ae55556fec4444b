import { describe, expect, it } from "vitest";
import { ask, call, generate, newLead, post, problemOf, setOf } from "../support/api.ts";

const GENERATE = "/api/personas/generate";

function nested(levels: number): string {
  return `{"leadData":${'{"a":'.repeat(levels - 2)}{}${"}".repeat(levels - 2)}}`;
}

/** What is said of a body that does not validate, and where in it. */
const BODIES: [what: string, body: string, code: string, path?: string][] = [
  ["nothing", "", "invalid_json"],
  ["not JSON", "{leadData:1}", "invalid_json"],
  ["bytes after the JSON", "{} {}", "invalid_json"],
  ["an array", "[]", "invalid_request", ""],
  ["null", "null", "invalid_request", ""],
  ["no leadData", "{}", "invalid_request", "/leadData"],
  ["a leadData that is an array", '{"leadData":[]}', "invalid_request", "/leadData"],
  ["an unknown member at the top", '{"leadData":{},"lead~/Data":1}', "invalid_request", "/lead~0~1Data"],
  ["__proto__ at the top", '{"leadData":{},"__proto__":{}}', "invalid_request", "/__proto__"],
  ["a count of 0", '{"leadData":{},"config":{"count":0}}', "invalid_request", "/config/count"],
  ["a count of 11", '{"leadData":{},"config":{"count":11}}', "invalid_request", "/config/count"],
  ["a count that is not whole", '{"leadData":{},"config":{"count":1.5}}', "invalid_request", "/config/count"],
  ["a count in quotes", '{"leadData":{},"config":{"count":"3"}}', "invalid_request", "/config/count"],
  ["a count that is null", '{"leadData":{},"config":{"count":null}}', "invalid_request", "/config/count"],
  ["a config that is null", '{"leadData":{},"config":null}', "invalid_request", "/config"],
  ["no e-mail address", '{"leadData":{},"email":"someone"}', "invalid_request", "/email"],
  [
    "an e-mail that is too long",
    `{"leadData":{},"email":"${"a".repeat(250)}@x.org"}`,
    "invalid_request",
    "/email",
  ],
  ["another word for images", '{"leadData":{},"images":"now"}', "invalid_request", "/images"],
  ["a number that no double holds", '{"leadData":{"a":[0,1e400]}}', "invalid_request", "/leadData/a/1"],
  ["an integer past 2^53", '{"leadData":{"a":9007199254740993}}', "invalid_request", "/leadData/a"],
  ["a lone surrogate", '{"leadData":{"a":"\\ud800"}}', "invalid_request", "/leadData/a"],
  ["a lone surrogate in a name", '{"leadData":{"\\udc00":1}}', "invalid_request", "/leadData"],
  ["33 levels", nested(33), "invalid_request"],
  ["15,000 levels", `{"leadData":${"[".repeat(15_000)}${"]".repeat(15_000)}}`, "invalid_request"],
];

describe("a body with", () => {
  it.each(BODIES)("%s is refused", async (_, body, code, path) => {
    const response = await post(GENERATE, body);
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([400, code]);
    if (path !== undefined) expect(problem.errors?.map((error) => error.path)).toContain(path);
  });

  it("32 levels and the largest safe integer is taken", async () => {
    const inside = JSON.stringify({ ...newLead(), most: Number.MAX_SAFE_INTEGER, least: 5e-324 });
    expect((await post(GENERATE, nested(32).replace("{}", inside))).status).toBe(200);
  });
});

describe("every problem", () => {
  it("is RFC 9457 with a stable code, and the caller's own request id", async () => {
    const response = await generate({ leadData: 1 }, { "X-Request-Id": "my.id-1_A" });
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("X-Request-Id")).toBe("my.id-1_A");
    expect(await problemOf(response)).toEqual({
      type: "/docs#invalid_request",
      title: "The request does not validate",
      status: 400,
      code: "invalid_request",
      detail: "The request does not validate.",
      requestId: "my.id-1_A",
      errors: [{ path: "/leadData", message: "must be an object" }],
    });
  });

  it("has an id of ours where the caller's is not a valid one", async () => {
    for (const id of ["a b", "", "x".repeat(129), "<script>", "é"]) {
      const response = await call("/nowhere", { headers: { "X-Request-Id": id } });
      expect(response.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
      expect((await problemOf(response)).requestId).toBe(response.headers.get("X-Request-Id"));
    }
  });
});

describe("the content type", () => {
  it("must be application/json; parameters and case are fine", async () => {
    for (const type of [
      "text/plain",
      "application/json5",
      "application/problem+json",
      "multipart/form-data",
      "",
    ]) {
      const response = await generate({ leadData: {} }, { "Content-Type": type });
      expect([type, response.status, (await problemOf(response)).code]).toEqual([
        type,
        415,
        "unsupported_media_type",
      ]);
    }
    const response = await generate(
      { leadData: newLead() },
      { "Content-Type": "Application/JSON; charset=utf-8" },
    );
    expect((await setOf(response)).personas).toHaveLength(3);
  });
});

describe("a body over 64 KiB", () => {
  const large = JSON.stringify({ leadData: { name: "x".repeat(64 * 1024) } });

  it("is refused where it says its length", async () => {
    const response = await post(GENERATE, large, { "Content-Length": String(large.length) });
    expect([response.status, (await problemOf(response)).code]).toEqual([413, "payload_too_large"]);
  });

  it("is refused where it does not, and no more than 8 MiB of it are read", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(16 * 1024).fill(32));
        if (sent === 1_000) controller.close();
      },
    });
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const response = await call(GENERATE, init);
    expect([response.status, (await problemOf(response)).code]).toEqual([413, "payload_too_large"]);
    expect(sent).toBeLessThan(600);
  });

  it("is taken where it has just 64 KiB", async () => {
    const { name } = newLead();
    const frame = JSON.stringify({ leadData: { name, filler: "" } });
    const body = frame.replace('""', `"${"x".repeat(64 * 1024 - frame.length)}"`);
    expect(body.length).toBe(64 * 1024);
    expect((await post(GENERATE, body)).status).toBe(200);
  });
});

describe("routes and methods", () => {
  it.each([
    ["GET", "/nowhere"],
    ["GET", "/index.html"],
    ["GET", "/docs/"],
    ["GET", "/api"],
    ["GET", "/api/"],
    ["POST", "/api/personas/generate/"],
    ["GET", "/api/health/"],
    ["GET", "/API/health"],
    ["POST", "/api/personas//generate"],
    ["GET", "/api/personas/"],
  ])("%s %s is 404", async (method, path) => {
    const response = await call(path, { method });
    expect([response.status, (await problemOf(response)).code]).toEqual([404, "not_found"]);
  });

  it.each([
    ["GET", GENERATE, "POST"],
    ["HEAD", GENERATE, "POST"],
    ["DELETE", GENERATE, "POST"],
    ["POST", "/", "GET, HEAD"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
    ["POST", "/api/health", "GET, HEAD"],
    ["PUT", "/api/ready", "GET, HEAD"],
    ["DELETE", "/api/personas/some-set", "GET, HEAD"],
    ["POST", "/api/personas/generations/some-stream", "GET, HEAD"],
    ["OPTIONS", "/api/health", "GET, HEAD"],
  ])("%s %s is 405 and says what is allowed", async (method, path, allow) => {
    const response = await call(path, { method });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, allow]);
    if (method !== "HEAD") expect((await problemOf(response)).code).toBe("method_not_allowed");
  });
});

describe("every response", () => {
  it("carries the security headers", async () => {
    for (const response of [await call("/api/health"), await call("/nowhere"), await generate({})]) {
      expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(response.headers.get("Strict-Transport-Security")).toMatch(/^max-age=\d+/);
      expect(response.headers.get("X-Request-Id")).toMatch(/./);
      await response.body?.cancel();
    }
  });

  it("leaves Strict-Transport-Security out over http", async () => {
    const response = await ask(new Request("http://api.test/api/health"));
    expect(response.headers.get("Strict-Transport-Security")).toBeNull();
    await response.body?.cancel();
  });
});

describe("health and readiness", () => {
  it("say what is there", async () => {
    expect(await (await call("/api/health")).json()).toEqual({ status: "ok", version: expect.any(String) });
    const ready = await call("/api/ready");
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: "ok",
      checks: { config: "ok", d1: "ok", r2: "ok" },
      warnings: [],
    });
  });
});
