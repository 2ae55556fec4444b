import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Short enough that time-outs can be waited for, long enough that a slow machine does not meet them. */
const TEST_VARIABLES = {
  OPENAI_API_KEY: "test-key",
  UPSTREAM_TIMEOUT_MS: "8000",
  UPSTREAM_IDLE_TIMEOUT_MS: "2000",
  STREAM_COMMIT_MS: "700",
  SSE_HEARTBEAT_MS: "300",
};

const worker = cloudflareTest(async ({ inject }) => ({
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: {
    bindings: {
      ...TEST_VARIABLES,
      OPENAI_BASE_URL: inject<string>("upstream"),
      TEST_MIGRATIONS: await readD1Migrations("migrations"),
    },
  },
}));

export default defineConfig({
  test: {
    silent: "passed-only", // the worker's log lines, where they help
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "client", include: ["test/client/**/*.test.{ts,tsx}"], testTimeout: 20_000 } },
      { test: { name: "dev", include: ["test/dev/**/*.test.ts"], testTimeout: 60_000 } },
      {
        plugins: [worker],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          globalSetup: ["test/support/stand-in.ts"],
          setupFiles: ["test/support/migrate.ts"],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
