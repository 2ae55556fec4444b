import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

const GRACE_MS = 1_500; // wrangler takes 0.2 s to end; a person who pressed Ctrl-C waits two at most

/** The process group that this process leads: what it starts, and what those start. */
export interface Group {
  start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Ends all of it, this process too. Never comes back. */
  end(): Promise<never>;
}

export function processGroup(): Group {
  const running = new Set<ChildProcess>();
  return {
    start(command, args, options) {
      const child = spawn(command, args, options);
      running.add(child);
      child.once("close", () => running.delete(child));
      return child;
    },
    async end() {
      signalGroup("SIGTERM");
      const ended = [...running].map((child) => new Promise((resolve) => child.once("close", resolve)));
      const bound = new Promise((resolve) => setTimeout(resolve, GRACE_MS, "late"));
      const late = (await Promise.race([Promise.all(ended), bound])) === "late";
      if (process.connected && !late) process.exit(1); // tells main that this was no accident
      signalGroup("SIGKILL");
      return new Promise<never>(() => {}); // killed by then
    },
  };
}

function signalGroup(signal: NodeJS.Signals): void {
  process.kill(-process.pid, signal);
}
