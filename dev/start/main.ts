// Everything that is started ends with this process, and this one with the npm above it.
//
//   npm ─ main          in the terminal's process group
//           ├─ wrangler   leads a process group of its own, with all that it starts
//           └─ guard      ends that group when main is gone, even by kill -9
//
// When the guard or wrangler goes, main stops. When npm goes, main notices and stops; the script is an `exec`, so that no
// shell stands between the two.
import { endGroups } from "./group.ts";
import { serve } from "./serve.ts";
import { readSettings, StartError } from "./settings.ts";

const WATCH_MS = 400; // soon enough for a person, and rare enough to cost nothing

let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return; // npm passes on the signal that the terminal sent already
  ending = true;
  await endGroups();
  process.exit(code);
}

/** One line for what can be foreseen, all there is for what cannot. */
function fail(error: unknown): void {
  if (ending) return; // that a server ended which had to is no news
  console.error(error instanceof StartError ? error.message : error);
  void end(1);
}

process.on("uncaughtException", fail);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(0));
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // the terminal has gone
// A shell, instead of npm, may be left with this one running.
const { ppid: npm } = process;
if (process.env.npm_lifecycle_script) setInterval(() => process.ppid !== npm && end(1), WATCH_MS).unref();

try {
  await serve(readSettings(process.argv.slice(2), process.env));
} catch (error) {
  fail(error);
}
