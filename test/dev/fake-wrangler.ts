import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { deploy } from "../../dev/deploy/deploy.ts";
import { DeployError } from "../../dev/deploy/options.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What there is in the account. */
export interface Account {
  readonly whoami: { readonly code?: number; readonly [member: string]: unknown };
  readonly d1: readonly string[];
  readonly queues: readonly string[];
  /** Names; null where there is no Worker. */
  readonly secrets: readonly string[] | null;
  /** Where the Worker answers once it is deployed, as wrangler tells it. */
  readonly targets: readonly string[];
  /** Commands that fail, by their first words, and what they say. */
  readonly failing: Readonly<Record<string, string>>;
}

export interface Call {
  /** Without `--env` and `--secrets-file`. */
  readonly command: string;
  readonly environment: string;
  /** What was in its file of secrets. */
  readonly input: string;
}

export interface Deployed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
}

export interface Told {
  /** The one line that it ends with; undefined where all went well. */
  readonly error: string | undefined;
  readonly said: string;
  readonly calls: readonly Call[];
}

function messageOf(error: unknown): string {
  if (error instanceof DeployError) return error.message;
  throw error;
}

const EMPTY: Account = {
  whoami: { loggedIn: true, accounts: [{ id: "a1", name: "Newton" }] },
  d1: [],
  queues: [],
  secrets: null,
  targets: [],
  failing: {},
};

/** A folder with the project's wrangler.toml, and a `wrangler` on the path with an account of its own. */
export function fakeProject(account: Partial<Account> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "asknewton-deploy-test-"));
  const program = join(folder, "wrangler");
  const calls = join(folder, "calls.ndjson");
  const config = join(folder, "wrangler.toml");
  writeFileSync(join(folder, "account.json"), JSON.stringify({ ...EMPTY, ...account }));
  writeFileSync(program, `#!/bin/sh\nexec node "${ROOT}/test/dev/fake-wrangler.mjs" "${folder}" "$@"\n`);
  chmodSync(program, 0o755);
  copyFileSync(join(ROOT, "wrangler.toml"), config);

  function madeCalls(): Call[] {
    if (!existsSync(calls)) return [];
    const lines = readFileSync(calls, "utf8").trim().split("\n");
    rmSync(calls);
    return lines.map((line) => JSON.parse(line) as Call);
  }

  const secretsPath = (worker: string) => join(folder, ".wrangler/secrets", `${worker}.env`);

  const realPath = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const path = [folder, realPath].join(delimiter);

  async function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Deployed> {
    const child = spawn(process.execPath, [join(ROOT, "dev/deploy/main.ts"), "--wait", "0", ...args], {
      cwd,
      env: { HOME: folder, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr, calls: madeCalls() };
  }

  return {
    /** As `npm run deploy -- …args`, in a process of its own, with nothing of this machine's environment. */
    npmRun: (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
      run(folder, args, { PATH: path, ...env }),
    /** `--dry-run` in the project's own folder, with the real wrangler. */
    dryRun: (args: readonly string[]) => run(ROOT, ["--dry-run", ...args], { PATH: realPath }),
    /** The same in this process, which is quicker. */
    async deploy(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Told> {
      const said: string[] = [];
      const outcome = deploy(["--wait", "0", ...args], {
        env: { PATH: path, HOME: folder, ...env },
        folder,
        say: (line) => said.push(line),
        prompt: undefined,
        resolve: async (host) => {
          if (!host.endsWith(".taken.invalid")) throw new Error("ENOTFOUND");
        },
      });
      const error = await outcome.then(() => undefined, messageOf);
      return { error, said: said.join("\n"), calls: madeCalls() };
    },
    editAccount(changes: Partial<Account>): void {
      const file = join(folder, "account.json");
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...changes }));
    },
    editConfig(edit: (toml: string) => string): void {
      writeFileSync(config, edit(readFileSync(config, "utf8")));
    },
    /** What is kept of the secrets that were made up for a Worker, and the rights of its file. */
    secretsFile(worker: string) {
      const path = secretsPath(worker);
      return { text: readFileSync(path, "utf8"), mode: statSync(path).mode & 0o777 };
    },
    writeSecretsFile(worker: string, text: string, mode: number): void {
      const path = secretsPath(worker);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
