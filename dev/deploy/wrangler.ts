import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { type Context, DeployError } from "./options.ts";
import { hintOf } from "./rights.ts";

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Wrangler {
  /** Asks without a word on the terminal, and without a question back. */
  ask(args: readonly string[]): Promise<Answer>;
  /** The same where any failure is the end: throws what wrangler said, in one line. */
  demand(args: readonly string[]): Promise<void>;
  /** In the terminal, where it may ask a person. Gives its own record of what it did; throws where it fails. */
  show(args: readonly string[]): Promise<readonly RecordEntry[]>;
}

/** A line of wrangler's record of what it did. */
export interface RecordEntry {
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
export function createWrangler(
  environment: string | undefined,
  { env, folder: cwd }: Pick<Context, "env" | "folder">,
): Wrangler {
  // An empty one is the top of the file; without it wrangler warns that it might not be meant.
  const target = `--env=${environment ?? ""}`;
  const base = { ...env, WRANGLER_SEND_METRICS: "false" };

  function start(args: readonly string[], more: NodeJS.ProcessEnv, stdio: "pipe" | "inherit") {
    const child = spawn("wrangler", [...args, target], { cwd, env: { ...base, ...more }, stdio });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", () =>
        reject(new DeployError('There is no wrangler: start this with "npm run deploy".')),
      );
      child.once("close", resolve);
    });
    return { child, ended };
  }

  async function ask(args: readonly string[]): Promise<Answer> {
    const { child, ended } = start(args, { CI: "true" }, "pipe"); // CI: no questions
    child.stdin?.end();
    const [code, stdout, stderr] = await Promise.all([ended, read(child.stdout), read(child.stderr)]);
    return { code, stdout, stderr };
  }

  return {
    ask,
    async demand(args) {
      const answer = await ask(args);
      if (answer.code !== 0) throw new DeployError(`wrangler ${args.join(" ")} failed: ${reasonOf(answer)}`);
    },
    async show(args) {
      const folder = mkdtempSync(join(tmpdir(), "asknewton-deploy-"));
      const record = join(folder, "record.ndjson");
      try {
        const code = await start(args, { WRANGLER_OUTPUT_FILE_PATH: record }, "inherit").ended;
        const entries = readRecord(record);
        if (code === 0) return entries;
        const failure = entries.findLast(({ type }) => type === "command-failed");
        const hint = hintOf(failure?.message ?? "", failure?.code?.toString());
        throw new DeployError(`wrangler ${args[0]} failed (above).${hint}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** None where wrangler did not come so far. */
function readRecord(file: string): RecordEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordEntry);
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream ? await text(stream as unknown as AsyncIterable<Buffer>) : "";
}
