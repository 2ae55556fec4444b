import { expect, jsonOf } from "./service.ts";
import type { Check } from "./session.ts";

const health: Check = {
  name: "health and readiness",
  async run({ service }) {
    const { status, version } = await jsonOf(await service.ask("/api/health"));
    expect(status === "ok", `health says ${status}`);
    const ready = await jsonOf(await service.ask("/api/ready"));
    expect(ready.status === "ok", `ready says ${ready.status}`);
    const warnings = Array.isArray(ready.warnings) ? ready.warnings.length : 0;
    return `version ${version}, ${warnings} warnings`;
  },
};

const PROBLEMS = [
  { path: "/api/nowhere", ask: {}, status: 404, code: "not_found" },
  { path: "/api/chat", ask: { method: "PUT" }, status: 405, code: "method_not_allowed" },
  { path: "/api/chat", ask: { body: "{" }, status: 400, code: "invalid_json" },
  { path: "/api/chat", ask: { body: { messages: [] } }, status: 400, code: "invalid_request" },
  {
    path: "/api/chat",
    ask: { body: "{}", headers: { "Content-Type": "text/plain" } },
    status: 415,
    code: "unsupported_media_type",
  },
];

const problems: Check = {
  name: "problems have their shape",
  async run({ service }) {
    for (const { path, ask, status, code } of PROBLEMS) {
      const response = await service.ask(path, ask);
      const type = response.headers.get("Content-Type");
      expect(type === "application/problem+json", `the problem ${code} came as ${type}`);
      const problem = await jsonOf(response, status);
      expect(
        problem.code === code && problem.type === `/docs#${code}` && problem.status === status,
        `${status} ${code} was promised, and it answered ${problem.status} ${problem.code}`,
      );
      const id = response.headers.get("X-Request-Id");
      expect(problem.requestId === id, `the problem's requestId is not the answer's, ${id}`);
    }
    return `${PROBLEMS.length} problems`;
  },
};

const headers: Check = {
  name: "headers",
  async run({ service }) {
    const id = "verify.a-request_1";
    const response = await service.ask("/api/health", { headers: { "X-Request-Id": id } });
    const of = (name: string) => response.headers.get(name);
    await response.body?.cancel();
    expect(of("X-Request-Id") === id, `X-Request-Id became ${of("X-Request-Id")}`);
    expect(of("X-Content-Type-Options") === "nosniff", "there is no X-Content-Type-Options: nosniff");
    expect(of("Referrer-Policy") !== null, "there is no Referrer-Policy");
    const isSecure = new URL(response.url).protocol === "https:";
    expect(!isSecure || of("Strict-Transport-Security") !== null, "there is no Strict-Transport-Security");
    const page = await service.ask("/");
    await page.body?.cancel();
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(policy.includes("frame-ancestors 'none'"), `the page's Content-Security-Policy is "${policy}"`);
    return "request id, nosniff, referrer, framing";
  },
};

const cors: Check = {
  name: "CORS lets no foreign origin in",
  async run({ service }) {
    const foreign = { Origin: "https://verify.invalid", "Access-Control-Request-Method": "POST" };
    for (const method of ["GET", "OPTIONS"]) {
      const response = await service.ask("/api/health", { method, headers: foreign });
      await response.body?.cancel();
      const allowed = response.headers.get("Access-Control-Allow-Origin");
      expect(allowed === null, `${method} allows https://verify.invalid, as ${allowed}`);
    }
    return "GET and preflight";
  },
};

const EXPOSED = ["X-Request-Id", "X-Stream-Id", "Cache-Status", "Idempotency-Replayed", "Retry-After"];

const allowed: Check = {
  name: "CORS lets an allowed origin in",
  needs: "--origin",
  async run({ service }) {
    const Origin = service.allowedOrigin ?? "";
    const preflight = { Origin, "Access-Control-Request-Method": "POST" };
    const asked = await service.ask("/api/chat", { method: "OPTIONS", headers: preflight });
    const answered = await service.ask("/api/health", { headers: { Origin } });
    for (const { headers, body } of [asked, answered]) {
      await body?.cancel();
      const letIn = headers.get("Access-Control-Allow-Origin");
      expect(letIn === Origin, `${Origin} is answered ${letIn}`);
    }
    const methods = asked.headers.get("Access-Control-Allow-Methods") ?? "";
    expect(/POST/.test(methods) && /DELETE/.test(methods), `the methods are "${methods}"`);
    const exposed = (answered.headers.get("Access-Control-Expose-Headers") ?? "").toLowerCase();
    const hidden = EXPOSED.filter((name) => !exposed.includes(name.toLowerCase()));
    expect(hidden.length === 0, `hidden from it: ${hidden.join(", ")}`);
    return "preflight, GET, exposed headers";
  },
};

export const operationChecks: readonly Check[] = [health, problems, headers, cors, allowed];
