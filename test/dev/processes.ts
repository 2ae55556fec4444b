import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** As the system says it; with the id it names one process for ever, since ids are used again. */
  readonly started: string;
  readonly command: string;
}

const HAS_PROC = existsSync("/proc/self/stat"); // a small system has no `ps`, and macOS no /proc
const LSTART_WORDS = 5; // Sat Nov 21 09:30:00 2026

/** A running process. One that has ended and only waits for its parent to take note is not running. */
export function look(pid: number): Process | undefined {
  try {
    return HAS_PROC ? lookInProc(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

export function hasEnded(process: Process): boolean {
  return look(process.pid)?.started !== process.started;
}

/** It and all that it started, and what those started. */
export function familyOf(ancestor: number): Process[] {
  const all = processIds()
    .map(look)
    .filter((process) => process !== undefined);
  const family = [ancestor];
  for (const member of family) for (const { pid, parent } of all) if (parent === member) family.push(pid);
  return all.filter(({ pid }) => family.includes(pid));
}

function processIds(): number[] {
  const names = HAS_PROC
    ? readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    : execFileSync("ps", ["-A", "-o", "pid="], { encoding: "utf8" }).trim().split(/\s+/);
  return names.map(Number);
}

function lookInProc(pid: number): Process | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  if (fields[0] === "Z") return undefined;
  return { pid, parent: Number(fields[1]), started: fields[19] ?? "", command };
}

function askPs(pid: number): Process | undefined {
  const line = execFileSync("ps", ["-o", "stat=,ppid=,lstart=,command=", "-p", String(pid)], {
    encoding: "utf8",
  });
  const [state = "Z", parent, ...rest] = line.trim().split(/\s+/);
  if (state.startsWith("Z")) return undefined;
  const started = rest.slice(0, LSTART_WORDS).join(" ");
  return { pid, parent: Number(parent), started, command: rest.slice(LSTART_WORDS).join(" ") };
}
