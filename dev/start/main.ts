// Everything that is started ends with this process, and with the npm above it.
//
//   npm ─ sh ─ main          in the terminal's process group
//               └─ keeper    leads a process group of its own, with all that is started in it
//
// When main goes, even by kill -9, the keeper's channel to it closes and the keeper ends its group. When the keeper
// goes, main ends the group. When npm or the shell goes, main notices and stops.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { hasEnded, processesUpToNpm } from "./processes.ts";

const STOP_BOUND_MS = 3_000; // the keeper's own bound, and time to spare
const WATCH_MS = 400; // soon enough for a person, and rare enough to cost nothing

let stopping = false;

function endGroup(keeper: ChildProcess): void {
  try {
    if (keeper.pid !== undefined) process.kill(-keeper.pid, "SIGKILL");
  } catch {
    // Nothing of it was left.
  }
}

function stop(keeper: ChildProcess): void {
  if (stopping) return; // npm passes on the signal that the terminal sent already
  stopping = true;
  if (keeper.connected) keeper.disconnect();
  setTimeout(() => endGroup(keeper), STOP_BOUND_MS);
}

const above = processesUpToNpm();
if (above.some(hasEnded)) process.exit(1);
const keeper = spawn(process.execPath, [join(import.meta.dirname, "keeper.ts"), ...process.argv.slice(2)], {
  detached: true,
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(keeper));
setInterval(() => above.some(hasEnded) && stop(keeper), WATCH_MS);
keeper.on("exit", (_code, signal) => {
  endGroup(keeper);
  if (signal && !stopping)
    console.error("The process that keeps the servers was killed. All has been stopped.");
  process.exit(stopping ? 0 : 1);
});
