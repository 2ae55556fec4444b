import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKS, verify } from "../../dev/verify/verify.ts";
import { type Service, startService } from "../support/service.ts";
import { type Asked, type Between, startBreakingProxy } from "./breaking-proxy.ts";
import { freePort, isReady, npmStart, ROOT } from "./npm-start.ts";

const ADMIN_TOKEN = "the-administrators-own-token";
const ORIGIN = "https://app.example";
const SLOW = 180_000; // some twenty runs of a model, on a busy machine

/** A real model takes several times as long. The long answer is slow enough to be stopped in its middle. */
const PACE = { ttftMs: 200, tokensPerSecond: 400, imageMs: 300 };

let service: Service | undefined;
let proxy: Awaited<ReturnType<typeof startBreakingProxy>>;

beforeAll(async () => {
  proxy = await startBreakingProxy(() => service?.worker.origin ?? "");
  const variables = { ADMIN_TOKEN, PUBLIC_BASE_URL: proxy.origin, ALLOWED_ORIGINS: ORIGIN };
  service = await startService({ variables, entry: "src/worker.ts" }); // as an operator runs it
  await service.pace("", PACE);
  await service.pace("Explain deductibles", { tokensPerSecond: 100 });
});
afterAll(async () => {
  proxy?.close();
  await service?.close();
});

async function runMain(...args: string[]) {
  const main = join(ROOT, "dev/verify/main.ts");
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, output, errors };
}

const NAMES = Object.keys(CHECKS);
const held = (output: string) => /^(\d+ held, \d+ broken, \d+ not checked); (.*)$/m.exec(output)?.slice(1);

function changed(asked: Asked, headers: Record<string, string | undefined>): Asked {
  const next = new Headers(asked.headers);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return { ...asked, headers: next };
}

async function answerWith(response: Response, headers: Record<string, string | undefined>) {
  const next = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  return new Response(response.body, { status: response.status, headers: next });
}

const onPath =
  (pattern: RegExp, act: Between): Between =>
  (asked, pass) =>
    pattern.test(`${asked.method} ${asked.path}`) ? act(asked, pass) : pass(asked);

/** Each check, and what breaks the promise that it is about. */
const BREAKS: readonly (readonly [check: string, between: Between])[] = [
  [
    "health and readiness",
    onPath(/GET \/api\/ready/, async () => Response.json({ status: "unready" }, { status: 503 })),
  ],
  [
    "problems have their shape",
    async (asked, pass) => {
      const response = await pass(asked);
      const isProblem = response.status >= 400;
      return isProblem ? answerWith(response, { "Content-Type": "application/json" }) : response;
    },
  ],
  ["headers", async (asked, pass) => answerWith(await pass(asked), { "X-Content-Type-Options": undefined })],
  [
    "CORS lets no foreign origin in",
    async (asked, pass) => answerWith(await pass(asked), { "Access-Control-Allow-Origin": "*" }),
  ],
  [
    "CORS lets an allowed origin in",
    async (asked, pass) => answerWith(await pass(asked), { "Access-Control-Expose-Headers": "X-Request-Id" }),
  ],
  [
    "the administration is locked",
    (asked, pass) => pass(changed(asked, { Authorization: `Bearer ${ADMIN_TOKEN}` })),
  ],
  [
    "fifty at once are one run",
    onPath(/POST \/api\/personas/, async (asked, pass) => {
      const response = await pass(asked);
      return answerWith(response, { "Cache-Status": "asknewton; fwd=miss" });
    }),
  ],
  [
    "the same again is from a cache",
    onPath(/POST \/api\/personas/, (asked, pass) => pass(changed(asked, { "Cache-Control": "no-cache" }))),
  ],
  [
    "only-if-cached buys nothing",
    onPath(/POST \/api\/personas/, (asked, pass) => pass(changed(asked, { "Cache-Control": undefined }))),
  ],
  [
    "a stream that is cut resumes exactly",
    onPath(/GET \/api\/chat\/streams/, (asked, pass) => {
      const last = asked.headers.get("Last-Event-ID");
      return pass(last === null ? asked : changed(asked, { "Last-Event-ID": String(Number(last) + 1) }));
    }),
  ],
  ["a stop ends it within a second", onPath(/DELETE /, async () => new Response(null, { status: 204 }))],
  [
    "a key is replayed, and refused with another body",
    onPath(/POST \/api\/chat/, (asked, pass) => pass(changed(asked, { "Idempotency-Key": undefined }))),
  ],
  [
    "an answer survives that its reader hangs up",
    onPath(/POST \/api\/chat$/, (asked, pass) =>
      pass(changed(asked, { "Idempotency-Key": crypto.randomUUID() })),
    ),
  ],
  [
    "a portrait arrives, in its sizes",
    onPath(/\/images\//, async (asked, pass) =>
      answerWith(await pass(asked), { "Cache-Control": "no-cache" }),
    ),
  ],
  [
    "a portrait answers 304 and ranges",
    onPath(/\/images\//, (asked, pass) => pass(changed(asked, { Range: undefined }))),
  ],
  [
    "a set by its id, and 304",
    onPath(/GET \/api\/personas\//, async (asked, pass) =>
      answerWith(await pass(asked), { ETag: undefined }),
    ),
  ],
  [
    "all of it is erased",
    onPath(/POST \/api\/admin\/erase/, async () => Response.json({ erased: { sets: 1 } })),
  ],
];

describe("npm run verify", () => {
  it("finds every promise kept by a bare wrangler dev, and says what it cost", {
    timeout: SLOW,
  }, async () => {
    proxy.put((asked, pass) => pass(asked));
    const given = ["--url", proxy.origin, "--admin-token", ADMIN_TOKEN, "--origin", ORIGIN];
    const { code, output } = await runMain(...given);
    expect([held(output), output]).toEqual([
      [`${NAMES.length} held, 0 broken, 0 not checked`, expect.stringMatching(/^\$0\.0\d+$/)],
      output,
    ]);
    expect(code).toBe(0);
  });

  it("finds every promise kept by npm start, but for what needs a token", { timeout: SLOW }, async () => {
    const port = await freePort();
    const state = mkdtempSync(join(tmpdir(), "asknewton-verify-"));
    const run = npmStart({ PORT: String(port), STATE_DIR: state });
    try {
      await isReady(run);
      const { code, output } = await runMain("--url", `http://localhost:${port}`);
      expect(held(output)?.[0], output).toBe(`${NAMES.length - 2} held, 0 broken, 2 not checked`);
      expect(code).toBe(0);
    } finally {
      process.kill(-(run.npm.pid ?? 0), "SIGINT");
      await run.exitCode;
      rmSync(state, { recursive: true, force: true });
    }
  });

  it("is used with a URL", async () => {
    const { code, errors } = await runMain("--url", "nowhere");
    expect([code, errors]).toEqual([2, expect.stringMatching(/^Usage: npm run verify/)]);
  });

  it("ends with 1 where a promise is broken, and still looks at the others", { timeout: SLOW }, async () => {
    proxy.put(onPath(/GET \/api\/ready/, async () => Response.json({ status: "unready" }, { status: 503 })));
    const { code, output } = await runMain("--url", proxy.origin);
    expect([code, held(output)?.[0]]).toEqual([1, `${NAMES.length - 3} held, 1 broken, 2 not checked`]);
  });
});

describe("a broken promise is found", () => {
  it("for every check there is", () => {
    expect(BREAKS.map(([name]) => name).toSorted()).toEqual(NAMES.toSorted());
  });

  it.each(BREAKS)("%s", { timeout: SLOW }, async (name, between) => {
    proxy.put(between);
    const tokens = { adminToken: ADMIN_TOKEN, token: undefined };
    const access = { url: proxy.origin, allowedOrigin: ORIGIN, ...tokens };
    const { rows } = await verify(access, () => {}, [name]);
    const seen = expect.not.stringMatching(/fetch failed|aborted|terminated/); // the promise, not the connection
    expect(rows).toEqual([expect.objectContaining({ name, state: "broken", seen })]);
  });
});
