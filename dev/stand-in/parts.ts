import type { Bill } from "./batch/bill.ts";
import type { Journal } from "./journal.ts";
import type { PaceBook } from "./pace.ts";
import type { PortraitPainter } from "./portraits/portrait.ts";
import type { ProfileName } from "./profiles/profiles.ts";
import type { ScriptBook } from "./script.ts";

/** What all parts of one stand-in share. */
export interface Parts {
  readonly journal: Journal;
  readonly scripts: ScriptBook;
  readonly paces: PaceBook;
  readonly bill: Bill;
  readonly paint: PortraitPainter;
  /** The server that it is like, where a script names no other. */
  readonly profile: ProfileName;
}
