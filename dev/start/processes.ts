import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Told by the system; with the id it names one process for ever, since ids are used again. */
  readonly started: string;
  readonly command: string;
}

/** A running process. One that has ended and only waits for its parent to take note is not running. */
export function look(pid: number): Process | undefined {
  try {
    return existsSync("/proc/self/stat") ? lookInProc(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

export function hasEnded(process: Process | undefined): boolean {
  return process === undefined || look(process.pid)?.started !== process.started;
}

/**
 * The parent of this process and, if npm started it through a shell, the npm above: whoever ends one of them wants
 * this one to end. Undefined for one that has ended already. None when no npm is above, so that a shell may be left
 * with this one running.
 */
export function processesUpToNpm(): (Process | undefined)[] {
  const script = process.env.npm_lifecycle_script;
  if (!script) return [];
  const parent = starter(process.ppid);
  // Some shells become the command that they run, and then npm itself is the parent.
  return parent?.command.includes(script) ? [parent, starter(parent.parent)] : [parent];
}

/** Not process 1, which adopts what others leave behind, unless it is what started this one, as in a container. */
function starter(pid: number): Process | undefined {
  const found = look(pid);
  const isAdopter = pid === 1 && found?.group !== look(process.pid)?.group;
  return isAdopter ? undefined : found;
}

function lookInProc(pid: number): Process | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  if (fields[0] === "Z") return undefined;
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), started: fields[19] ?? "", command };
}

/** For macOS, which has no /proc. */
function askPs(pid: number): Process | undefined {
  const line = execFileSync("ps", ["-o", "stat=,ppid=,pgid=,lstart=,command=", "-p", String(pid)], {
    encoding: "utf8",
  });
  const [state = "Z", parent, group, ...rest] = line.trim().split(/\s+/);
  if (state.startsWith("Z")) return undefined;
  const LSTART_WORDS = 5; // Sat Nov 21 09:30:00 2026
  const started = rest.slice(0, LSTART_WORDS).join(" ");
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    started,
    command: rest.slice(LSTART_WORDS).join(" "),
  };
}
