import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Context, DeployError, type Values } from "./options.ts";
import { hintOf } from "./rights.ts";

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Wrangler = ReturnType<typeof createWrangler>;

/** A line of wrangler's record of what it did. */
interface RecordEntry {
  readonly type: string;
  readonly targets?: readonly string[];
  /** Of a failure. */
  readonly code?: number;
  readonly message?: string;
}

/** What of a failure one line can say: wrangler's own `[ERROR]`, or the last thing it said. */
export function reasonOf({ stdout, stderr }: Answer): string {
  const lines = stripVTControlCharacters(`${stdout}\n${stderr}`)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const marked = lines.find((line) => line.includes("[ERROR]"));
  // The API's own reason, which has a code, stands below the call that failed.
  const detail = lines.find((line) => line !== marked && /\[code: \d+\]/.test(line));
  const said = marked?.replace(/^.*\[ERROR\]\s*/, "") ?? lines.at(-1) ?? "it said nothing";
  const code = /\[code: (\d+)\]/.exec(detail ?? "")?.[1];
  return (detail ? `${said} ${detail}` : said) + hintOf(said, code);
}

/** `wrangler` from the path, where npm puts this project's own first; `environment` goes with every command. */
export function createWrangler(environment = "", { env, folder: cwd }: Pick<Context, "env" | "folder">) {
  function run(args: readonly string[], more: NodeJS.ProcessEnv, output: "pipe" | "inherit"): Answer {
    // An empty environment is the top of the file; without it wrangler warns that it might not be meant.
    const { error, status, stdout, stderr } = spawnSync("wrangler", [...args, `--env=${environment}`], {
      cwd,
      env: { ...env, WRANGLER_SEND_METRICS: "false", ...more },
      stdio: [output === "pipe" ? "ignore" : "inherit", output, output],
      encoding: "utf8",
    });
    if (error) throw new DeployError('There is no wrangler: start this with "npm run deploy".');
    return { code: status, stdout, stderr };
  }

  /** Without a word on the terminal, and without a question back. */
  const ask = (args: readonly string[]) => run(args, { CI: "true" }, "pipe");

  /** The same where any failure is the end: throws what wrangler said, in one line. */
  function demand(args: readonly string[]): void {
    const answer = ask(args);
    if (answer.code !== 0) throw new DeployError(`wrangler ${args.join(" ")} failed: ${reasonOf(answer)}`);
  }

  /**
   * In the terminal, where it may ask a person. Gives its own record of what it did; throws where it fails. `secrets` go
   * in a file that only its owner can read, since every user of the machine can read arguments.
   */
  function show(args: readonly string[], secrets: Values = {}): readonly RecordEntry[] {
    const folder = mkdtempSync(join(tmpdir(), "asknewton-deploy-")); // gone afterwards
    const record = join(folder, "record.ndjson");
    const file = join(folder, "secrets.json"); // in the .env format a $ would be expanded
    try {
      writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
      const given = Object.keys(secrets).length > 0 ? ["--secrets-file", file] : [];
      const { code } = run([...args, ...given], { WRANGLER_OUTPUT_FILE_PATH: record }, "inherit");
      const entries = readRecord(record);
      if (code === 0) return entries;
      const failure = entries.findLast(({ type }) => type === "command-failed");
      const hint = hintOf(failure?.message ?? "", failure?.code?.toString());
      throw new DeployError(`wrangler ${args[0]} failed (above).${hint}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  return { ask, demand, show };
}

/** None where wrangler did not come so far. */
function readRecord(file: string): RecordEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordEntry);
}
