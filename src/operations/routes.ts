import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";

export interface Checks {
  readonly d1: () => Promise<unknown>;
  readonly r2: () => Promise<unknown>;
}

export interface OperationsDeps {
  readonly version: string;
  readonly label: string | undefined;
  readonly configValid: boolean;
  readonly warnings: readonly string[];
  /** Of models that retire. Never rejects. */
  readonly dueWarnings: () => Promise<string[]>;
  readonly checks: Checks;
}

type State = "ok" | "error";

// An operator's probe gives up sooner than D1 does.
const CHECK_TIMEOUT_MS = 5_000;

async function check(work: () => Promise<unknown>): Promise<State> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<State>((resolve) => {
    timer = setTimeout(() => resolve("error"), CHECK_TIMEOUT_MS);
  });
  const done = work().then(
    (): State => "ok",
    (): State => "error",
  );
  return await Promise.race([done, tooLong]).finally(() => clearTimeout(timer));
}

export function operationsRoutes({
  version,
  label,
  configValid,
  warnings,
  ...deps
}: OperationsDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/api/health", (c) => c.json({ status: "ok", version, ...(label !== undefined && { label }) }))
    .get("/api/ready", async (c) => {
      const { checks, dueWarnings } = deps;
      const [d1, r2, due] = await Promise.all([check(checks.d1), check(checks.r2), dueWarnings()]);
      const states = { config: configValid ? "ok" : "error", d1, r2 };
      const ready = Object.values(states).every((state) => state === "ok");
      c.header("Cache-Control", "no-store");
      return c.json(
        { status: ready ? "ok" : "unready", checks: states, warnings: [...warnings, ...due] },
        ready ? 200 : 503,
      );
    });
}
