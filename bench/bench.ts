import { startStandIn } from "../dev/stand-in/index.ts";
import { bareCode, serviceCode } from "./runtime/bundle.ts";
import { makeBareTable, migrate } from "./runtime/migrate.ts";
import { type Served, serve } from "./runtime/serve.ts";
import { openUpstream, type Upstream } from "./upstream.ts";

type Variables = Readonly<Record<string, string>>;

/** What a row measures with. All that it starts ends with it. */
export interface Bench {
  readonly upstream: Upstream;
  /** What a Worker needs to reach the upstream. */
  readonly variables: Variables;
  /** The service, with its tables. */
  service(variables?: Variables): Promise<Served>;
  /** A Worker of `bench/bare/`, with the same bindings and a table of its own. */
  bare(name: string): Promise<Served>;
  end(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const standIn = await startStandIn({ pace: "fast" });
  const variables = { OPENAI_API_KEY: "bench", OPENAI_BASE_URL: standIn.baseUrl, RATE_LIMIT: "off" };
  const running: Served[] = [];

  async function start(code: string, more: Variables = {}): Promise<Served> {
    const served = await serve({ code, variables: { ...variables, ...more } });
    running.push(served);
    return served;
  }

  return {
    upstream: openUpstream(standIn.origin),
    variables,
    async service(more) {
      const served = await start(await serviceCode(), more);
      await migrate(await served.database());
      return served;
    },
    async bare(name) {
      const served = await start(await bareCode(name));
      await makeBareTable(await served.database());
      return served;
    },
    async end() {
      await Promise.all(running.map((served) => served.stop()));
      await standIn.close();
    },
  };
}
