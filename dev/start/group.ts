import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./settings.ts";

const GRACE_MS = 1_500; // wrangler takes 0.2 s to end; a person who pressed Ctrl-C waits two at most
/** Reads until the pipe from this process closes. */
const GUARD = 'cat; kill -s KILL -- "-$0"';

const leaders = new Set<ChildProcess>();

/** Starts the leader of a new process group, and a guard that ends the group when this process ends, however it does. */
export function startGroup(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const leader = spawn(command, args, { ...options, detached: true });
  leaders.add(leader);
  leader.once("close", () => leaders.delete(leader));
  const guard = spawn("sh", ["-c", GUARD, String(leader.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.once("exit", () => {
    throw new StartError("The process that guards the servers was killed. All has been stopped.");
  });
  return leader;
}

function askToEnd(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGTERM");
  } catch {
    // Nothing of it was left.
  }
}

/** Asks all groups to end, and waits until their leaders have, for a while: the guards end the rest. */
export async function endGroups(): Promise<void> {
  const running = [...leaders];
  for (const { pid } of running) askToEnd(pid);
  await Promise.race([Promise.all(running.map((leader) => once(leader, "close"))), sleep(GRACE_MS)]);
}
