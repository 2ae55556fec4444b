import { parseArgs } from "node:util";

/** Why it stops, in one line for the person who started it. */
export class DeployError extends Error {}

/** Secrets, by name. */
export type Values = Readonly<Record<string, string>>;

const DEFAULT_WAIT_SECONDS = "120";

function seconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new DeployError(`--wait must be a number of seconds, such as 300, not "${text}".`);
}

/** What it takes from the machine that it runs on. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  /** Where wrangler.toml is. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Asks a person for a secret; undefined where nobody is there. */
  readonly prompt: ((name: string) => Promise<string>) | undefined;
  /** The addresses of a host name; rejects where it has none. */
  readonly resolve: (host: string) => Promise<unknown>;
}

export type Options = ReturnType<typeof readOptions>;

export function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        env: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        "replace-dns": { type: "boolean", default: false },
        wait: { type: "string", default: DEFAULT_WAIT_SECONDS },
      },
    });
    return {
      /** An `[env.…]` of wrangler.toml; undefined: the top of the file, production. */
      environment: values.env || undefined,
      /** Only says what would be done, and builds the Worker. Needs no network. */
      dryRun: values["dry-run"],
      /** How long the deployed service may take to answer: a new domain needs its certificate first. Milliseconds. */
      waitMs: seconds(values.wait) * 1000,
      /** Takes a custom domain over whose DNS record leads elsewhere, where nobody can be asked. */
      replaceDns: values["replace-dns"],
    };
  } catch (error) {
    if (error instanceof DeployError) throw error;
    throw new DeployError("The options are --env <name>, --dry-run, --replace-dns and --wait <seconds>.");
  }
}
