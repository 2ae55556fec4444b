import { inject } from "vitest";
import { createControl } from "./stand-in/control.ts";

export type { Call } from "./stand-in/control.ts";

/** The stand-in of this project. */
export const { script, pace, calls, callsReach, billedLines } = createControl(
  new URL(inject("upstream")).origin,
);
