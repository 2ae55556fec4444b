// Everything that is started ends with this process, and with the npm above it.
//
//   npm ─ sh ─ main              in the terminal's process group
//               └─ supervisor    leads a process group of its own, with all that is started in it
//
// When main goes, even by kill -9, the supervisor's channel to it closes and the supervisor ends its group. When the
// supervisor goes, main ends the group. When npm or the shell goes, main notices and stops.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { hasEnded, processesUpToNpm } from "./processes.ts";

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

const above = processesUpToNpm();
if (above.some(hasEnded)) process.exit(1);
const supervisor = spawn(
  process.execPath,
  [join(import.meta.dirname, "supervisor.ts"), ...process.argv.slice(2)],
  {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(supervisor));
setInterval(() => above.some(hasEnded) && stop(supervisor), WATCH_MS);
supervisor.on("exit", (_code, signal) => {
  endGroup(supervisor);
  if (signal && !stopping)
    console.error("The process that supervises the servers was killed. All has been stopped.");
  process.exit(stopping ? 0 : 1);
});
