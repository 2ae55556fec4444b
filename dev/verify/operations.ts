import { expect, jsonOf } from "./service.ts";
import type { Checks } from "./session.ts";

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
const EXPOSED = ["X-Request-Id", "X-Stream-Id", "Cache-Status", "Idempotency-Replayed", "Retry-After"];

export const operationChecks: Checks = {
  async "health and readiness"({ service }) {
    const { status, version } = await service.json("/api/health");
    expect(status === "ok", `health says ${status}`);
    const ready = await service.json("/api/ready");
    expect(ready.status === "ok", `ready says ${ready.status}`);
    const warnings = Array.isArray(ready.warnings) ? ready.warnings.length : 0;
    return `version ${version}, ${warnings} warnings`;
  },

  async "problems have their shape"({ service }) {
    for (const { path, ask, status, code } of PROBLEMS) {
      const answer = await service.ask(path, ask);
      const type = answer.header("Content-Type");
      expect(type === "application/problem+json", `the problem ${code} came as ${type}`);
      const problem = jsonOf(answer, status);
      expect(
        problem.code === code && problem.type === `/docs#${code}` && problem.status === status,
        `${status} ${code} was promised, and it answered ${problem.status} ${problem.code}`,
      );
      const id = answer.header("X-Request-Id");
      expect(problem.requestId === id, `the problem's requestId is not the answer's, ${id}`);
    }
    return `${PROBLEMS.length} problems`;
  },

  async headers({ service }) {
    const id = "verify.a-request_1";
    const { header, url } = await service.ask("/api/health", { headers: { "X-Request-Id": id } });
    expect(header("X-Request-Id") === id, `X-Request-Id became ${header("X-Request-Id")}`);
    expect(header("X-Content-Type-Options") === "nosniff", "there is no X-Content-Type-Options: nosniff");
    expect(header("Referrer-Policy") !== null, "there is no Referrer-Policy");
    const isSafe = new URL(url).protocol !== "https:" || header("Strict-Transport-Security") !== null;
    expect(isSafe, "there is no Strict-Transport-Security");
    const page = await service.ask("/");
    const policy = page.header("Content-Security-Policy") ?? "";
    expect(policy.includes("frame-ancestors 'none'"), `the page's Content-Security-Policy is "${policy}"`);
    return "request id, nosniff, referrer, framing";
  },

  async "CORS lets no foreign origin in"({ service }) {
    const headers = { Origin: "https://verify.invalid", "Access-Control-Request-Method": "POST" };
    for (const method of ["GET", "OPTIONS"]) {
      const { header } = await service.ask("/api/health", { method, headers });
      const allowed = header("Access-Control-Allow-Origin");
      expect(allowed === null, `${method} allows https://verify.invalid, as ${allowed}`);
    }
    return "GET and preflight";
  },

  async "CORS lets an allowed origin in"({ service }) {
    const Origin = service.allowedOrigin ?? "";
    const headers = { Origin, "Access-Control-Request-Method": "POST" };
    const asked = await service.ask("/api/chat", { method: "OPTIONS", headers });
    const answered = await service.ask("/api/health", { headers: { Origin } });
    for (const { header } of [asked, answered]) {
      const letIn = header("Access-Control-Allow-Origin");
      expect(letIn === Origin, `${Origin} is answered ${letIn}`);
    }
    const methods = asked.header("Access-Control-Allow-Methods") ?? "";
    expect(/POST/.test(methods) && /DELETE/.test(methods), `the methods are "${methods}"`);
    const exposed = (answered.header("Access-Control-Expose-Headers") ?? "").toLowerCase();
    const hidden = EXPOSED.filter((name) => !exposed.includes(name.toLowerCase()));
    expect(hidden.length === 0, `hidden from it: ${hidden.join(", ")}`);
    return "preflight, GET, exposed headers";
  },

  async "the administration is locked"({ service }) {
    const headers = { Authorization: "Bearer wrong" };
    const { status } = await service.ask("/api/admin/stats", { headers });
    expect([401, 404].includes(status), `with a wrong token it answers ${status}`);
    return String(status);
  },
};
