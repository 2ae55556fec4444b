// Everything that is started ends with this process, and with the npm above it.
//
//   npm ─ main              in the terminal's process group
//           └─ supervisor   leads a process group of its own, with all that is started in it
//
// When main goes, even by kill -9, the supervisor's channel to it closes and the supervisor ends its group. When the
// supervisor goes, main ends the group. When npm goes, main notices and stops; the script is an `exec`, so that no
// shell stands between the two.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const STOP_BOUND_MS = 3_000; // the supervisor's own bound, and time to spare
const WATCH_MS = 400; // soon enough for a person, and rare enough to cost nothing

let stopping = false;

function endGroup(supervisor: ChildProcess): void {
  try {
    if (supervisor.pid !== undefined) process.kill(-supervisor.pid, "SIGKILL");
  } catch {
    // Nothing of it was left.
  }
}

function stop(supervisor: ChildProcess): void {
  if (stopping) return; // npm passes on the signal that the terminal sent already
  stopping = true;
  if (supervisor.connected) supervisor.disconnect();
  setTimeout(() => endGroup(supervisor), STOP_BOUND_MS);
}

const args = [join(import.meta.dirname, "supervisor.ts"), ...process.argv.slice(2)];
const supervisor = spawn(process.execPath, args, {
  detached: true,
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(supervisor));
// A shell, instead of npm, may be left with this one running.
const { ppid: npm } = process;
if (process.env.npm_lifecycle_script)
  setInterval(() => process.ppid !== npm && stop(supervisor), WATCH_MS).unref();
supervisor.on("exit", (_code, signal) => {
  endGroup(supervisor);
  if (signal && !stopping)
    console.error("The process that supervises the servers was killed. All has been stopped.");
  process.exit(stopping ? 0 : 1);
});
