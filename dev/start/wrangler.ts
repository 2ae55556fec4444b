import { execFile } from "node:child_process";
import { once } from "node:events";
import { devNull } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { startGroup } from "./group.ts";
import { ROOT, type Settings, StartError, type Variables } from "./settings.ts";

const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
const WORKER = join(import.meta.dirname, "local-worker.ts");

/**
 * What a program needs of the environment. Wrangler gives the worker its whole environment (below), and a
 * developer's other secrets are none of the worker's business.
 */
const SYSTEM_VARIABLE =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|TZ|LANG|LC_\w+|TMPDIR|TEMP|TMP|XDG_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|(https?|no|all)_proxy|WRANGLER_\w+|CLOUDFLARE_\w+|MINIFLARE_\w+)$/i;

/**
 * Variables reach the worker by the environment, since arguments can be read by every user of the machine. Wrangler
 * takes them from there only without a `.dev.vars` of its own, which naming an (empty) file to read instead does.
 */
function environment(variables: Variables): NodeJS.ProcessEnv {
  const system = Object.entries(process.env).filter(([name]) => SYSTEM_VARIABLE.test(name));
  return {
    CLOUDFLARE_CF_FETCH_ENABLED: "false", // it would ask the network where this machine is, and complain offline
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_LOG_PATH: join(ROOT, ".wrangler", "logs"),
    XDG_CONFIG_HOME: join(ROOT, ".wrangler", "config"), // it ends where the home cannot be written
    ...Object.fromEntries(system),
    PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
    ...variables,
  };
}

/** Brings the local database to the newest version; on one that is there it only looks. */
export async function migrate(stateFolder: string): Promise<void> {
  const args = [WRANGLER, "d1", "migrations", "apply", "DB", "--local", "--persist-to", stateFolder];
  const env = { ...environment({}), CI: "true" }; // asks no questions
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env }).catch(({ stdout, stderr }) => {
    throw new StartError(`${stdout}${stderr}\nThe local database could not be prepared (above).`.trim());
  });
}

export function startServer(settings: Settings) {
  const { port, reload, hosts, stateFolder, variables } = settings;
  const args = [
    // The worker is to see the name that was asked for, also where wrangler.toml has a domain.
    ["dev", WORKER, "--infer-origin-from-routes=false"],
    ["--port", String(port), "--ip", "localhost", "--persist-to", stateFolder, "--env-file", devNull],
    // Wrangler looks for a free port for its inspector and takes it later, when another may have taken it.
    ["--inspector-port", "0"],
    ["--show-interactive-dev-session=false", "--log-level", "log", ...(reload ? ["--live-reload"] : [])],
  ];
  const wrangler = startGroup(process.execPath, [WRANGLER, ...args.flat()], {
    cwd: ROOT,
    env: { ...environment(variables), ALLOWED_HOSTS: hosts.join(",") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const unseen: string[] = []; // grows only until the server is ready
  let take = (line: string): void => void unseen.push(line);
  if (wrangler.stdout) createInterface({ input: wrangler.stdout }).on("line", (line) => take(line));
  /** Rejects when the server ends by itself, whatever its exit code; never resolves. */
  const ended = once(wrangler, "exit").then(([code, signal]): never => {
    const how = signal ?? `exit code ${code}`;
    throw new StartError(`The server (wrangler dev) ended by itself, with ${how}.`);
  });
  return {
    ended,
    /** What it has said so far and was not shown; its errors are shown at once. */
    unseen: () => unseen.join("\n"),
    /** From now on what it says is shown. */
    show(isWorthShowing: (line: string) => boolean): void {
      take = (line) => isWorthShowing(line) && console.log(line);
    },
  };
}
