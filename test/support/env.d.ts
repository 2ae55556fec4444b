import type { D1Migration } from "cloudflare:test";
import type { Env } from "../../src/compose/env.ts";

declare global {
  namespace Cloudflare {
    interface Env extends WorkerBindings {
      readonly TEST_MIGRATIONS: D1Migration[];
    }
    interface GlobalProps {
      mainModule: typeof import("../../src/worker.ts");
      durableNamespaces: "PersonaGeneration" | "ChatStream";
    }
  }
}
type WorkerBindings = Env;
