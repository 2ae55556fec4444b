import { gzipSync } from "node:zlib";
import { build } from "rolldown";
import { describe, expect, expectTypeOf, it } from "vitest";
import { backoffMs } from "../../client/src/connection/retry.ts";
import type * as client from "../../client/src/index.ts";
import { problemFrom } from "../../client/src/problem.ts";
import type * as chat from "../../src/chat/schema.ts";
import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";
import type * as operations from "../../src/operations/schema.ts";
import type * as personas from "../../src/personas/schema.ts";

const MAX_COMPRESSED_BYTES = 6 * 1024;

/** Without `readonly` and `| undefined`, which are a matter of taste here. */
type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> } : T;

describe("the package's own types", () => {
  it("are those of the service's schemas", () => {
    expectTypeOf<Plain<client.Persona>>().toEqualTypeOf<Plain<personas.Persona>>();
    expectTypeOf<Plain<client.PersonaSet>>().toEqualTypeOf<Plain<personas.PersonaSet>>();
    expectTypeOf<personas.GenerateRequest>().toExtend<client.GenerateRequest>();
    expectTypeOf<client.GenerateRequest>().toExtend<personas.GenerateRequest>();
    expectTypeOf<client.ChatRequest>().toExtend<chat.ChatRequest>();
    expectTypeOf<chat.ChatRequest>().toExtend<client.ChatRequest>();
    expectTypeOf<Plain<client.ChatAnswer>>().toEqualTypeOf<Plain<chat.ChatAnswer>>();
    expectTypeOf<client.FinishReason>().toEqualTypeOf<chat.FinishReason>();
    expectTypeOf<Plain<client.Stats>>().toEqualTypeOf<Plain<operations.Stats>>();
    expectTypeOf<Plain<client.EraseAnswer["erased"]>>().toEqualTypeOf<Plain<operations.Erased>>();
    expectTypeOf<client.ProblemCode>().toEqualTypeOf<ProblemCode>();
  });
});

describe("a problem", () => {
  it.each(Object.entries(PROBLEMS))(
    "%s is retryable here where it is there",
    async (code, { status, retryable }) => {
      const problem = await problemFrom(new Response(JSON.stringify({ code, status }), { status }));
      expect(problem).toMatchObject({ code, status, retryable });
    },
  );

  it("has no wait where `Retry-After` is not in seconds", async () => {
    const headers = { "Retry-After": "Fri, 27 Nov 2026 10:00:00 GMT" };
    const problem = await problemFrom(new Response("{}", { status: 503, headers }));
    expect(problem).toMatchObject({ code: "bad_response", retryAfterSeconds: undefined });
  });
});

describe("the wait before an attempt", () => {
  it("is anything up to a bound that doubles to a bound of its own", () => {
    const bounds = [1, 2, 3, 4, 5, 6, 60].map((failures) => backoffMs(failures, 500, 10_000, () => 1));
    expect(bounds).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backoffMs(3, 500, 10_000, () => 0.25)).toBe(500);
  });
});

describe("asknewton/client", () => {
  it("is at most 6 KB, minified and compressed, parser and all, and imports nothing", async () => {
    const { output } = await build({
      input: "client/src/index.ts",
      transform: { target: "es2022" },
      write: false,
      output: { format: "esm", minify: true },
    });
    const [{ code, moduleIds }] = output;
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(MAX_COMPRESSED_BYTES);
    const foreign = moduleIds.filter((path) => !path.includes("/client/src/"));
    expect(foreign.filter((path) => !path.includes("/node_modules/eventsource-parser/"))).toEqual([]);
  });
});
