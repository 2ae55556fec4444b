import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bareCode, serviceCode } from "./runtime/bundle.ts";
import { makeBareTable, migrate } from "./runtime/migrate.ts";
import { type Served, serve } from "./runtime/serve.ts";
import { startStandInProcess } from "./runtime/stand-in.ts";
import { openUpstream, type Upstream } from "./upstream.ts";

type Variables = Readonly<Record<string, string>>;

/** What a row measures with. All that it starts ends with it. */
export interface Bench {
  readonly upstream: Upstream;
  /** What a Worker needs to reach the upstream. */
  readonly variables: Variables;
  /** The service, with its tables. */
  service(variables?: Variables, inspected?: boolean): Promise<Served>;
  /** A Worker of `bench/bare/`, with the same bindings and a table of its own. */
  bare(name: string, inspected?: boolean): Promise<Served>;
  end(): Promise<void>;
}

/** Linux keeps what is in here in memory: what a disk of this machine takes is nobody's number. */
const MEMORY = "/dev/shm";

/** A new folder for the state of one runtime. */
export async function newStateFolder(): Promise<string> {
  return await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "bench-"));
}

export async function openBench(): Promise<Bench> {
  const standIn = await startStandInProcess();
  const variables = { OPENAI_API_KEY: "bench", OPENAI_BASE_URL: standIn.baseUrl, RATE_LIMIT: "off" };
  const running: Served[] = [];
  const folders: string[] = [];

  async function start(code: string, more: Variables = {}, inspected = false): Promise<Served> {
    const stateFolder = await newStateFolder();
    folders.push(stateFolder);
    const served = await serve({ code, variables: { ...variables, ...more }, stateFolder, inspected });
    running.push(served);
    return served;
  }

  return {
    upstream: openUpstream(standIn.origin),
    variables,
    async service(more, inspected) {
      const served = await start(await serviceCode(), more, inspected);
      await migrate(await served.database());
      return served;
    },
    async bare(name, inspected) {
      const served = await start(await bareCode(name), {}, inspected);
      await makeBareTable(await served.database());
      return served;
    },
    async end() {
      await Promise.all(running.map((served) => served.stop()));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
      await standIn.close();
    },
  };
}
