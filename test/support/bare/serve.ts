// The bundled Worker in the runtime that `wrangler dev` starts, without the seconds that wrangler itself takes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as miniflare from "miniflare";
import { ROOT } from "../../../dev/site/sources.ts";

/** What it serves, as the one argument: JSON. */
export interface Served {
  readonly port: number;
  readonly script: string;
  readonly bindings: string;
  readonly state: string;
  readonly variables: Readonly<Record<string, string>>;
}

// The copy that wrangler itself uses.
const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve("wrangler"))(
  "miniflare",
) as typeof miniflare;

const { port, script, bindings, state, variables } = JSON.parse(process.argv[2] ?? "") as Served;

const runtime = new Miniflare(
  convertV4MiniflareOptions({
    ...JSON.parse(readFileSync(bindings, "utf8")),
    host: "127.0.0.1",
    port,
    rootPath: ROOT,
    modulesRoot: dirname(script),
    modules: [{ type: "ESModule", path: script }],
    bindings: variables,
    resourcePersistencePath: join(state, "v3"), // as wrangler has it
    cf: false,
    unsafeTriggerHandlers: true, // a cron is an HTTP request, as with wrangler
  }),
);
await runtime.ready;
