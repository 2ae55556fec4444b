import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { unstable_readConfig } from "wrangler";

/** Short enough that time-outs can be waited for, long enough that a slow machine does not meet them. */
const TEST_VARIABLES = {
  OPENAI_API_KEY: "test-key",
  UPSTREAM_TIMEOUT_MS: "8000",
  UPSTREAM_IDLE_TIMEOUT_MS: "2000",
  STREAM_COMMIT_MS: "700",
  SSE_HEARTBEAT_MS: "300",
  RATE_LIMIT: "off",
};

/** A Worker that is told whatever the platform traces of the one under test. */
const TRACED = {
  streamingTails: ["tail"],
  serviceBindings: { TAIL: "tail" },
  workers: [
    {
      name: "tail",
      modules: true,
      script: readFileSync("test/support/tail.mjs", "utf8"),
      compatibilityDate: "2026-11-01",
    },
  ],
};

/** The source maps of dependencies are most of what each test file would have to be sent, and nobody reads them. */
const withoutTheirMaps = {
  name: "dependencies-without-source-maps",
  transform: (code: string, id: string) =>
    id.includes("/node_modules/") ? { code, map: { mappings: "" } } : undefined,
};

/** As in the upload, which leaves the same parts of dependencies out. */
const alias = Object.fromEntries(
  Object.entries<string>(unstable_readConfig({ config: "wrangler.toml" }).alias ?? {}).map(([name, file]) => [
    name,
    resolve(file),
  ]),
);

interface ProjectOptions {
  readonly miniflare?: object;
  /** False: one file after another. */
  readonly fileParallelism?: boolean;
}

/** The worker inside workerd, with the bindings of wrangler.toml and these variables over the tests' own. */
function workerProject(name: string, variables: Record<string, string> = {}, options: ProjectOptions = {}) {
  const { miniflare = {}, fileParallelism = true } = options;
  const worker = cloudflareTest(async ({ inject }) => ({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      ...miniflare,
      bindings: {
        ...TEST_VARIABLES,
        OPENAI_BASE_URL: inject<string>("upstream"),
        IMAGE_URL_ORIGINS: new URL(inject<string>("upstream")).origin,
        TEST_MIGRATIONS: await readD1Migrations("migrations"),
        ...variables,
      },
    },
  }));
  return {
    plugins: [worker, withoutTheirMaps],
    resolve: { alias },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      setupFiles: ["test/support/migrate.ts"],
      fileParallelism,
      testTimeout: 60_000, // bounds, far above what anything takes: machines are noisy
      expect: { poll: { timeout: 20_000 } },
    },
  };
}

/** Other engines than the one that comes from the package registry, where they are installed: `npm run test:browsers`. */
const engines = {
  test: {
    name: "engines",
    include: ["test/engines/**/*.test.ts"],
    globalSetup: ["test/support/bare/setup.ts"],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
};

export default defineConfig(({ mode }) => ({
  test: {
    env: { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node") }, // for the many processes that tests start
    maxWorkers: 2, // two cores are the least that this is run on, and most tests wait
    silent: "passed-only", // the worker's log lines, where they help
    globalSetup: ["test/support/site.ts", "test/support/stand-in/setup.ts"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "client", include: ["test/client/**/*.test.{ts,tsx}"], testTimeout: 20_000 } },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "dev",
          include: ["test/dev/**/*.test.ts"],
          globalSetup: ["test/support/bare/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.{ts,tsx}"],
          globalSetup: ["test/support/bare/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(mode === "engines" ? [engines] : []),
      {
        // A short storm, and bugs put in on purpose that its ledger finds.
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          globalSetup: ["test/support/bare/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      workerProject("worker"),
      workerProject("secured", {
        JWT_SECRET: "a-secret-of-the-tests-which-is-long-enough",
        JWT_ISSUER: "https://issuer.test",
        JWT_AUDIENCE: "asknewton",
        HASH_SECRET: "a-pepper",
        ADMIN_TOKEN: "let-me-in!-says-the-operator",
        ALLOWED_ORIGINS: "https://app.test,http://localhost:3000",
        RATE_LIMIT: "on",
        PUBLIC_BASE_URL: "https://cdn.test/base",
      }),
      workerProject("upstreams", {
        CHAT_FALLBACK_MODELS: "test-second,test-third",
        PERSONA_FALLBACK_MODELS: "test-second",
        CHAT_REASONING_EFFORT: "default",
        DAILY_SPEND_LIMIT_USD: "50", // far above what these spend
        MODEL_PRICES: JSON.stringify({
          "test-second": { input: 0.01, cachedInput: 0.01, output: 0.01 },
          "test-third": { input: 0.01, cachedInput: 0.01, output: 0.01 },
        }),
        OPENAI_HEADERS: '{"cf-aig-authorization": "Bearer token-of-a-gateway", "OpenAI-Project": "p"}',
        ADMIN_TOKEN: "the-administrators-own-token",
      }),
      // worth some eighteen sets of three at their worst case of 0.045 dollars each
      workerProject("budget", { DAILY_SPEND_LIMIT_USD: "0.84", UPSTREAM_TIMEOUT_MS: "60000" }),
      // a caller's share is worth ten sets at most, at their worst case; the day has no limit
      workerProject("caller-budget", {
        CALLER_DAILY_SPEND_LIMIT_USD: "0.84",
        UPSTREAM_TIMEOUT_MS: "60000",
        ADMIN_TOKEN: "the-administrators-own-token",
      }),
      // each attempt at once, and a lease that can be waited for
      workerProject("portraits", {
        IMAGE_RETRY_BASE_SECONDS: "0",
        IMAGE_TIMEOUT_MS: "6000",
        IMAGE_LEASE_SECONDS: "7",
      }),
      workerProject("portrait-limit", {
        IMAGE_DAILY_LIMIT: "7",
        IMAGE_WIDTHS: "",
        ADMIN_TOKEN: "the-administrators-own-token",
      }),
      workerProject("administered", {
        ADMIN_TOKEN: "the-administrators-own-token",
        RETENTION_SETS: process.env.RETENTION_SETS ?? "10000",
      }),
      // one file after another: calls for files and batches, and the bill, do not tell who has asked
      workerProject("economy", { ADMIN_TOKEN: "the-administrators-own-token" }, { fileParallelism: false }),
      // worth some forty portraits of the library a day, at their worst case
      workerProject(
        "library",
        {
          PORTRAITS: "library",
          PREGENERATE_DAILY_LIMIT_USD: "1.5",
          IMAGE_WIDTHS: "",
          ADMIN_TOKEN: "the-administrators-own-token",
        },
        { fileParallelism: false },
      ),
      workerProject("traces", { ADMIN_TOKEN: "the-administrators-own-token" }, { miniflare: TRACED }),
      workerProject("misconfigured", { UPSTREAM_TIMEOUT_MS: "soon" }),
      workerProject("keyless", { OPENAI_API_KEY: "" }),
    ],
  },
}));
