import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const GRACE_MS = 1_500; // wrangler takes 0.2 s to end; a person who pressed Ctrl-C waits two at most

export type Group = ReturnType<typeof processGroup>;

/** The process group that this process leads: what it starts, and what those start. */
export function processGroup() {
  const running = new Set<ChildProcess>();
  const signal = (name: NodeJS.Signals) => process.kill(-process.pid, name);
  return {
    start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
      const child = spawn(command, args, options);
      running.add(child);
      child.once("close", () => running.delete(child));
      return child;
    },
    /** Ends all of it, this process too. Never comes back. */
    async end(): Promise<never> {
      signal("SIGTERM");
      const ended = Promise.all([...running].map((child) => once(child, "close")));
      const isLate = (await Promise.race([ended, sleep(GRACE_MS)])) === undefined;
      if (process.connected && !isLate) process.exit(1); // so that main sees that this was no accident
      signal("SIGKILL");
      return new Promise<never>(() => {}); // killed by then
    },
  };
}
