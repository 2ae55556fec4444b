import { createPortraitPainter, type PortraitPainter } from "../../../dev/stand-in/portraits/portrait.ts";

const paint = createPortraitPainter();

/** One face for all: to draw one takes longer than most tests. */
export const oneFace: PortraitPainter = (request) =>
  paint({ ...request, prompt: "a woman with long black hair" });
