import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { StartError } from "./settings.ts";

const LOOPBACKS = ["127.0.0.1", "::1"] as const; // a browser may take either for "localhost"

export async function checkPort(port: number): Promise<void> {
  for (const host of LOOPBACKS) {
    const problem = (await isAnswered(host, port)) ? "EADDRINUSE" : await tryListening(host, port);
    if (problem === "EACCES")
      throw new StartError(`Port ${port} may not be used by this user. ${another(port)}`);
    if (problem === "EADDRINUSE") throw new StartError(`Port ${port} is taken. ${another(port)}`);
    // Any other problem means that this machine does not have the address.
  }
}

function another(port: number): string {
  return `Try: PORT=${port === 9000 ? 9001 : 9000} npm start`;
}

/** Some systems let two listen on one port, one on every address and one on this. */
async function isAnswered(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const answered = await once(socket, "connect").catch(() => undefined);
  socket.destroy();
  return answered !== undefined;
}

function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Tried with a file, since the rights of a folder say little about a read-only mount or a full disk. */
export function prepareStateFolder(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new StartError(
      `The state folder ${folder} cannot be written (${reason}). STATE_DIR can name another.`,
    );
  }
}

/** What to say where two servers would share a folder, and so lock each other out of its databases. */
export function claimStateFolder(folder: string): string | undefined {
  const file = join(folder, "in-use-by");
  const user = readUser(file);
  writeFileSync(file, String(process.pid));
  if (user === undefined || !isRunning(user)) return undefined;
  return `Another npm start (process ${user}) uses ${folder}, too: they will lock each other out now and then. To give this one a folder of its own: STATE_DIR=.wrangler/second npm start`;
}

/** The process that has claimed the folder last; undefined where none has. */
function readUser(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
