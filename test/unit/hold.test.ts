import { describe, expect, it } from "vitest";
import { type PROBLEMS, problemResponse } from "../../src/http/errors.ts";
import { setCommonHeaders } from "../../src/http/headers.ts";
import { hold } from "../support/hold.ts";

const ID = "an-id";
const HEALTH = { status: "ok", version: "1" };

function answer(body: unknown, init: ResponseInit = {}): Response {
  const headers = { "Content-Type": "application/json", ...init.headers };
  const response = new Response(body === null ? null : JSON.stringify(body), { ...init, headers });
  setCommonHeaders(response.headers, ID, true);
  return response;
}

function problem(code: keyof typeof PROBLEMS, headers: Record<string, string> = {}): Response {
  const response = problemResponse(code, ID, { headers });
  setCommonHeaders(response.headers, ID, true);
  return response;
}

const ask = (path: string, method = "GET", headers: Record<string, string> = {}) =>
  new Request(`https://api.test${path}`, { method, headers });

function without(response: Response, header: string): Response {
  response.headers.delete(header);
  return response;
}

describe("the check of every answer", () => {
  it("takes what the document has", async () => {
    const challenge = { "WWW-Authenticate": 'Bearer realm="x"' };
    await hold(ask("/api/health"), answer(HEALTH));
    await hold(ask("/api/health", "POST"), problem("method_not_allowed", { Allow: "GET, HEAD" }));
    await hold(ask("/api/nowhere"), problem("not_found"));
    await hold(ask("/api/chat", "POST"), problem("unauthorized", challenge));
    await hold(ask("/api/admin/erase", "PUT"), problem("not_found"));
  });

  it.each<[what: string, asked: Request, given: Response, fault: string]>([
    ["another status", ask("/api/health"), answer(HEALTH, { status: 201 }), "status 201"],
    ["a member too many", ask("/api/health"), answer({ ...HEALTH, secret: 1 }), "secret"],
    ["a member too few", ask("/api/health"), answer({ status: "ok" }), "version"],
    ["no body", ask("/api/health"), without(answer(null), "Content-Type"), "no body"],
    [
      "another type",
      ask("/api/health"),
      answer("x", { headers: { "Content-Type": "text/html" } }),
      "text/html",
    ],
    ["a problem not its own", ask("/api/health"), problem("invalid_json"), "status 400"],
    [
      "a code of its status that is not its own",
      ask("/api/chat", "POST"),
      problem("not_found"),
      "persona_not_found",
    ],
    ["an answer on no route", ask("/api/nowhere"), answer(HEALTH), "is not in the document"],
    ["404 on a route", ask("/api/chat"), problem("not_found"), "404 on a path"],
    ["another Allow", ask("/api/chat"), problem("method_not_allowed", { Allow: "GET" }), "Allow: GET"],
    ["no request id", ask("/api/health"), without(answer(HEALTH), "X-Request-Id"), "X-Request-Id"],
    ["another request id", ask("/api/health", "GET", { "X-Request-Id": "mine" }), answer(HEALTH), "not kept"],
    ["no challenge", ask("/api/chat", "POST"), problem("unauthorized"), "WWW-Authenticate"],
    ["no time to come back", ask("/api/chat", "POST"), problem("rate_limited"), "Retry-After"],
    ["no Server-Timing", ask("/api/chat/stream", "POST"), answer({}), "Server-Timing"],
  ])("refuses %s", async (_, asked, given, fault) => {
    await expect(hold(asked, given)).rejects.toThrow(fault);
  });
});
