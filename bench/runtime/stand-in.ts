import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "./bundle.ts";

export interface StandInProcess {
  readonly origin: string;
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** The stand-in in a process of its own: what it does must not delay the one that measures. */
export async function startStandInProcess(): Promise<StandInProcess> {
  const args = [join(ROOT, "dev/stand-in/main.ts"), "--pace", "fast", "--with-parent"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { baseUrl } = JSON.parse(line) as { baseUrl: string };
  return {
    baseUrl,
    origin: new URL(baseUrl).origin,
    async close() {
      child.kill();
      await once(child, "exit");
    },
  };
}
