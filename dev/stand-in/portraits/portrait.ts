import { Avatar, Style } from "@dicebear/core";
import personas from "@dicebear/styles/personas.json" with { type: "json" };
import sharp from "sharp";
import { looksOf } from "./looks.ts";

export interface PortraitRequest {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "webp" | "jpeg";
}

/** Gives the image in base64. */
export type PortraitPainter = (request: PortraitRequest) => Promise<string>;

/** Some 30 kB each: enough for a demonstration and for a bench that asks for the same ones again. */
const MAX_KEPT = 200;

/** "Personas by Draftbit" (draftbit.com), CC BY 4.0, drawn by DiceBear. */
const STYLE = new Style(personas);

async function paint({ prompt, width, height, format }: PortraitRequest): Promise<string> {
  const drawing = new Avatar(STYLE, { ...looksOf(prompt), seed: prompt, size: Math.max(width, height) });
  const image = sharp(Buffer.from(drawing.toString())).resize(width, height).toFormat(format);
  return (await image.toBuffer()).toString("base64");
}

/** The same prompt gives the same portrait, made once; past so many all are forgotten. */
export function createPortraitPainter(): PortraitPainter {
  const kept = new Map<string, Promise<string>>();
  return (request) => {
    const { prompt, width, height, format } = request;
    const key = JSON.stringify([prompt, width, height, format]);
    const made = kept.get(key) ?? paint(request);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(key, made);
    return made;
  };
}
