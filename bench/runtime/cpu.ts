import { readdirSync, readFileSync } from "node:fs";

/** Linux counts in these, whatever the kernel's own clock (proc(5), `_SC_CLK_TCK`). */
const TICK_MS = 10;

/** The processes that this one started; none where there is no /proc. */
export function children(): number[] {
  try {
    const lists = readdirSync("/proc/self/task").map((task) =>
      readFileSync(`/proc/self/task/${task}/children`, "utf8"),
    );
    return lists.join(" ").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Milliseconds of CPU that a process has used so far, in user and kernel; NaN where nobody tells. */
export function cpuMs(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

/** Kilobytes of memory that a process has; NaN where nobody tells. */
export function residentKb(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
  } catch {
    return Number.NaN;
  }
}
