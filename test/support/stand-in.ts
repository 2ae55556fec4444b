import type { TestProject } from "vitest/node";
import { startStandIn } from "../../dev/stand-in/index.ts";
import { createPortraitPainter } from "../../dev/stand-in/portraits/portrait.ts";

/** One stand-in for OpenAI for the whole run; tests keep apart by what they ask. */
export default async function setup(project: TestProject) {
  const paint = createPortraitPainter();
  const standIn = await startStandIn({
    pace: "fast",
    // One face for all: to draw one takes longer than most tests.
    paint: (request) => paint({ ...request, prompt: "a woman with long black hair", variant: 0 }),
  });
  project.provide("upstream", standIn.baseUrl);
  return () => standIn.close();
}

declare module "vitest" {
  export interface ProvidedContext {
    upstream: string;
  }
}
