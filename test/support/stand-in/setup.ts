import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

/**
 * A stand-in for OpenAI for each project; within one, tests keep apart by what they ask. In a process of their own:
 * vitest's stands still for longer than a test lets its upstream be silent.
 */
export default async function setup({ vitest: { projects } }: TestProject) {
  const args = [join(import.meta.dirname, "main.ts"), String(projects.length)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const said = once(createInterface({ input: child.stdout }), "line");
  const [line] = await Promise.race([
    said,
    ended.then(([code]) => Promise.reject(new Error(`The stand-ins ended with ${code}`))),
  ]);
  const baseUrls = JSON.parse(line) as string[];
  for (const [index, project] of projects.entries()) project.provide("upstream", baseUrls[index] ?? "");
  return async () => {
    child.kill();
    await ended;
  };
}

declare module "vitest" {
  export interface ProvidedContext {
    upstream: string;
  }
}
