import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.ts";

function faulty(env: Record<string, unknown>): string[] {
  const result = parseConfig(env);
  return result.ok ? [] : result.errors.map(({ variable }) => variable);
}

function value(env: Record<string, unknown>) {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.config;
}

describe("the variables", () => {
  it("have the defaults of the contract", () => {
    expect(value({})).toMatchObject({
      OPENAI_BASE_URL: "https://api.openai.com/v1",
      PERSONA_MODEL: "gpt-6.1-terra",
      CHAT_MODEL: "gpt-6-luna",
      PERSONA_REASONING_EFFORT: "low",
      CHAT_REASONING_EFFORT: "none",
      PERSONA_FALLBACK_MODELS: [],
      CHAT_FALLBACK_MODELS: [],
      OPENAI_HEADERS: {},
      PERSONA_MAX_OUTPUT_TOKENS: 16_000,
      CHAT_MAX_OUTPUT_TOKENS: 4_000,
      IMAGE_MODEL: "gpt-image-2.6-flare",
      IMAGE_SIZE: "1024x1024",
      IMAGE_QUALITY: "medium",
      IMAGE_WIDTHS: [128, 256, 512],
      ALLOWED_ORIGINS: [],
      PERSONA_CACHE_SCOPE: "subject",
      DEDUPE_WINDOW_SECONDS: 300,
      CHAT_DEDUPE_WINDOW_SECONDS: 10,
      IDEMPOTENCY_TTL_SECONDS: 86_400,
      CHAT_STREAM_TTL_SECONDS: 3_600,
      CHAT_HISTORY_CHARS: 48_000,
      REDACT: "on",
      UPSTREAM_TIMEOUT_MS: 90_000,
      UPSTREAM_IDLE_TIMEOUT_MS: 30_000,
      IMAGE_TIMEOUT_MS: 180_000,
      SSE_HEARTBEAT_MS: 15_000,
      IMAGE_MAX_ATTEMPTS: 5,
      IMAGE_LEASE_SECONDS: 240,
      IMAGE_CONCURRENCY: 4,
      STREAM_COMMIT_MS: 10_000,
      IMAGE_DAILY_LIMIT: 1_000,
      RATE_LIMIT: "on",
      IMAGE_RETRY_BASE_SECONDS: 30,
      REQUEST_LOG_RETENTION_DAYS: 30,
    });
    expect(value({}).DAILY_SPEND_LIMIT_USD).toBeUndefined();
  });

  it("are read in their own form", () => {
    const config = value({
      OPENAI_BASE_URL: "http://127.0.0.1:11434/v1/",
      PUBLIC_BASE_URL: "https://cdn.example/x/",
      ALLOWED_ORIGINS: "https://a.example, http://localhost:3000",
      PERSONA_IGNORED_FIELDS: "createdAt,utm_*,meta.sessionId",
      DAILY_SPEND_LIMIT_USD: "2.50",
      DEDUPE_WINDOW_SECONDS: 0, // a number, as [vars] in wrangler.toml may have it
      MODEL_PRICES: '{"mine": {"input": 1, "cachedInput": 0.5, "output": 2}}',
      PERSONA_REASONING_EFFORT: "default",
      PERSONA_FALLBACK_MODELS: " mine , gpt-6-luna,mine",
      OPENAI_HEADERS: '{"cf-aig-authorization": "Bearer x", "OpenAI-Project": "p"}',
      PERSONA_MODEL: "", // set to nothing: not set
    });
    expect(config.OPENAI_BASE_URL).toBe("http://127.0.0.1:11434/v1");
    expect(config.PUBLIC_BASE_URL).toBe("https://cdn.example/x");
    expect(config.ALLOWED_ORIGINS).toEqual(["https://a.example", "http://localhost:3000"]);
    expect(config.PERSONA_IGNORED_FIELDS).toEqual([["createdAt"], ["utm_*"], ["meta", "sessionId"]]);
    expect(config.DAILY_SPEND_LIMIT_USD).toBe(2.5);
    expect(config.DEDUPE_WINDOW_SECONDS).toBe(0);
    expect(config.MODEL_PRICES).toMatchObject({
      mine: { output: 2, cacheWrite: 1 }, // input's price where it has none of its own
      "gpt-6-luna": { input: 0.1, cacheWrite: 0.125 },
    });
    expect(config.PERSONA_REASONING_EFFORT).toBe("default");
    expect(config.PERSONA_FALLBACK_MODELS).toEqual(["mine", "gpt-6-luna"]);
    expect(config.OPENAI_HEADERS).toEqual({ "cf-aig-authorization": "Bearer x", "OpenAI-Project": "p" });
    expect(config.PERSONA_MODEL).toBe("gpt-6.1-terra");
  });
});

describe("the sizes of portraits", () => {
  it.each([
    ["", []],
    ["128", [128]],
    ["16,2048", [16, 2048]],
    [" 96 , 128,,256 ", [96, 128, 256]],
    ["16,17,18,19,20", [16, 17, 18, 19, 20]],
  ])("that %j says", (text, widths) => {
    expect(value({ IMAGE_WIDTHS: text }).IMAGE_WIDTHS).toEqual(widths);
  });
});

describe("a value that cannot be meant", () => {
  const CASES: Record<string, readonly string[]> = {
    OPENAI_BASE_URL: ["nowhere", "ftp://x", "http://u:p@x", "http://x?y=1"],
    PERSONA_MODEL: ["two words"],
    PERSONA_REASONING_EFFORT: ["some"],
    PERSONA_FALLBACK_MODELS: ["two words", "a,b,c,d"],
    CHAT_FALLBACK_MODELS: ["a,b,c,d"],
    OPENAI_HEADERS: [
      "{",
      "[]",
      "null",
      '"x"',
      '{"x": 1}',
      '{"x": ""}',
      '{"x": "a\\r\\nb: c"}',
      '{"x y": "a"}',
      '{"": "a"}',
      '{"x": "a", "X": "b"}',
      '{"authorization": "a"}',
      '{"HOST": "a"}',
      '{"Content-Type": "a"}',
      '{"content-anything": "a"}',
      '{"Connection": "a"}',
      '{"transfer-encoding": "a"}',
      '{"TE": "a"}',
    ],
    PERSONA_MAX_OUTPUT_TOKENS: ["0", "-1", "1.5", "many", "1e3"],
    CHAT_MAX_OUTPUT_TOKENS: ["0"],
    IMAGE_SIZE: ["big", "0x10"],
    IMAGE_QUALITY: ["!"],
    IMAGE_WIDTHS: [
      "15",
      "2049",
      "128,128",
      "256,128",
      "16,17,18,19,20,21",
      "128;256",
      "128px",
      "1.5e2",
      "0x80",
      "-128",
      "+128",
      "many",
      ",",
    ],
    MODEL_PRICES: [
      "{",
      "[]",
      '{"m": 1}',
      '{"m": {"input": 1}}',
      '{"m":{"input":-1,"cachedInput":0,"output":0}}',
      '{"m":{"input":1,"cachedInput":0,"cacheWrite":-1,"output":0}}',
    ],
    DAILY_SPEND_LIMIT_USD: ["-1", "lots", "1,5", "Infinity"],
    PUBLIC_BASE_URL: ["/x"],
    ALLOWED_ORIGINS: ["*", "https://a.example/", "https://a.example/path", "a.example"],
    PERSONA_CACHE_SCOPE: ["mine"],
    PERSONA_IGNORED_FIELDS: ["a..b", ".a"],
    DEDUPE_WINDOW_SECONDS: ["-1", "x", "5m"],
    UPSTREAM_TIMEOUT_MS: ["0", "9999999999"],
    UPSTREAM_IDLE_TIMEOUT_MS: ["0"],
    IMAGE_TIMEOUT_MS: ["0"],
    SSE_HEARTBEAT_MS: ["0"],
    IMAGE_MAX_ATTEMPTS: ["0"],
    IMAGE_LEASE_SECONDS: ["0", "180"], // as long as the whole image call
    IMAGE_CONCURRENCY: ["0"],
    STREAM_COMMIT_MS: ["-1"],
    RATE_LIMIT: ["maybe"],
    JWT_SECRET: ["a", "s".repeat(31)],
    ADMIN_TOKEN: ["a", "t".repeat(19)],
    JWT_JWKS_URL: [
      "x",
      "http://issuer.example/jwks",
      "http://127.0.0.1.example/jwks",
      "http://10.0.0.1/jwks",
    ],
    REQUEST_LOG_RETENTION_DAYS: ["-1"],
  };
  it.each(Object.entries(CASES))("is found in %s", (variable, texts) => {
    for (const text of texts) expect(faulty({ [variable]: text }), text).toEqual([variable]);
  });

  it("is found where two of them cannot go together", () => {
    const both = { JWT_SECRET: "s".repeat(32), JWT_JWKS_URL: "https://x.example/jwks" };
    expect(faulty(both)).toEqual(["JWT_JWKS_URL"]);
  });

  it("is a model without a price under a limit that could not hold it", () => {
    const limit = { DAILY_SPEND_LIMIT_USD: "5" };
    for (const name of ["PERSONA_MODEL", "CHAT_MODEL", "IMAGE_MODEL"]) {
      const unpriced = { [name]: "mine" };
      expect(faulty(unpriced)).toEqual([]);
      expect(faulty({ ...limit, ...unpriced }), name).toEqual(["MODEL_PRICES"]);
      expect(faulty({ ...limit, [name]: "toString" }), name).toEqual(["MODEL_PRICES"]);
      const MODEL_PRICES = '{"mine": {"input": 0, "cachedInput": 0, "output": 0}}';
      expect(faulty({ ...limit, ...unpriced, MODEL_PRICES }), name).toEqual([]);
    }
  });

  it("is reported without the value, which may be a secret", () => {
    const result = parseConfig({ OPENAI_API_KEY: "sk-secret\nX" });
    expect(JSON.stringify(result)).not.toContain("sk-secret");
    expect(result.ok).toBe(false);
  });

  it("is reported for every variable at once", () => {
    expect(faulty({ RATE_LIMIT: "x", IMAGE_CONCURRENCY: "x" })).toEqual(["IMAGE_CONCURRENCY", "RATE_LIMIT"]);
  });
});

describe("a secret", () => {
  it("is no key with the ellipsis of an example in it, which the platform would show in its log", () => {
    expect(faulty({ OPENAI_API_KEY: "sk-…" })).toEqual(["OPENAI_API_KEY"]);
    expect(value({ OPENAI_API_KEY: "none" })).toMatchObject({ OPENAI_API_KEY: "none" });
  });

  it("may be as short as the contract says, and not shorter", () => {
    const config = value({ JWT_SECRET: "s".repeat(32), ADMIN_TOKEN: "t".repeat(20) });
    expect(config).toMatchObject({ JWT_SECRET: "s".repeat(32), ADMIN_TOKEN: "t".repeat(20) });
  });
});

describe("an issuer's key set", () => {
  it("is asked for in clear on this machine alone", () => {
    const urls = ["http://localhost:3000/k", "http://127.0.0.1/k", "http://127.9.9.9/k", "http://[::1]:1/k"];
    for (const url of [...urls, "http://idp.localhost/k", "https://issuer.example/k"])
      expect(faulty({ JWT_JWKS_URL: url }), url).toEqual([]);
  });
});

describe("0", () => {
  it("means none, or at once, wherever it can", () => {
    const names = ["DEDUPE_WINDOW_SECONDS", "CHAT_DEDUPE_WINDOW_SECONDS", "IDEMPOTENCY_TTL_SECONDS"];
    const others = [
      "CHAT_STREAM_TTL_SECONDS",
      "STREAM_COMMIT_MS",
      "IMAGE_DAILY_LIMIT",
      "IMAGE_RETRY_BASE_SECONDS",
    ];
    for (const name of [...names, ...others, "DAILY_SPEND_LIMIT_USD", "REQUEST_LOG_RETENTION_DAYS"]) {
      expect(faulty({ [name]: "0" }), name).toEqual([]);
    }
  });
});
