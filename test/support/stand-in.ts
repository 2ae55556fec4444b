import type { TestProject } from "vitest/node";
import { startStandIn } from "../../dev/stand-in/index.ts";

/** One stand-in for OpenAI for the whole run; tests keep apart by what they ask. */
export default async function setup(project: TestProject) {
  const standIn = await startStandIn({ pace: "fast" });
  project.provide("upstream", standIn.baseUrl);
  return () => standIn.close();
}

declare module "vitest" {
  export interface ProvidedContext {
    upstream: string;
  }
}
