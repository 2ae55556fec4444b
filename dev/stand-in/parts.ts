import { createBill } from "./batch/bill.ts";
import { createJournal } from "./journal.ts";
import { createPaceBook, type PaceName } from "./pace.ts";
import { createPortraitPainter, type PortraitPainter } from "./portraits/portrait.ts";
import type { ProfileName } from "./profiles/profiles.ts";
import { createScriptBook } from "./script.ts";

export interface StandInOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** `real`, the default, is as slow as a model; `fast` never waits. */
  readonly pace?: PaceName;
  /** The server that it is like. */
  readonly profile?: ProfileName;
  /** What portraits look like; by default as their prompts say. */
  readonly paint?: PortraitPainter;
}

export type Parts = ReturnType<typeof createParts>;

/** What all of one stand-in shares. */
export function createParts({ pace = "real", profile = "openai", paint }: StandInOptions) {
  return {
    profile,
    journal: createJournal(),
    scripts: createScriptBook(),
    paces: createPaceBook(pace),
    bill: createBill(),
    paint: paint ?? createPortraitPainter(),
  };
}
