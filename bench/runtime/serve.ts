import { createRequire } from "node:module";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import type * as miniflare from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptions } from "wrangler";
import { ROOT } from "./bundle.ts";
import { collectGarbage } from "./collect.ts";
import { children, cpuMs, residentKb } from "./cpu.ts";

// The copy that wrangler itself uses, so that the runtime measured is the one that `npm start` runs.
const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve("wrangler"))(
  "miniflare",
) as typeof miniflare;

export interface ServeOptions {
  /** The bundled Worker. */
  readonly code: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Where D1 and the rest live; without it in memory, and gone with the runtime. */
  readonly stateFolder?: string;
  /** With an inspector, which garbage can be collected by. */
  readonly inspected?: boolean;
}

export interface Served {
  /** The runtime's own socket: no proxy stands before the Worker. */
  readonly url: URL;
  /** CPU milliseconds of the runtime's process so far. */
  cpuMs(): number;
  /** Its memory. Kilobytes. */
  residentKb(): number;
  /** Has it let go of all that nothing holds any more; of one that is `inspected`. */
  collectGarbage(): Promise<void>;
  database(): Promise<D1Database>;
  stop(): Promise<void>;
}

/** The bindings of wrangler.toml, but for the assets: their router is a Worker before the Worker, locally. */
function bindings() {
  const { assets: _, ...options } = workerOptions(join(ROOT, "wrangler.toml")).workerOptions;
  return options;
}

/** One Worker in a `workerd` of its own. What it writes to its log is read and dropped. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { code, variables = {}, stateFolder, inspected } = options;
  const before = new Set(children());
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...bindings(),
      rootPath: ROOT,
      modules: [{ type: "ESModule", path: "worker.js", contents: code }],
      bindings: { ...variables },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      handleStructuredLogs: () => {},
      cf: false,
      ...(inspected && { inspectorPort: 0 }),
      ...(stateFolder !== undefined && { resourcePersistencePath: stateFolder }),
    }),
  );
  const url = await runtime.unsafeGetDirectURL();
  const pid = children().find((child) => !before.has(child));
  return {
    url,
    cpuMs: () => cpuMs(pid),
    residentKb: () => residentKb(pid),
    collectGarbage: async () => await collectGarbage(await runtime.getInspectorURL()),
    database: async () => (await runtime.getD1Database("DB")) as D1Database,
    stop: () => runtime.dispose(),
  };
}
