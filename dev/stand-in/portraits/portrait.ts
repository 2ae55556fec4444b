import { Avatar, Style } from "@dicebear/core";
import personas from "@dicebear/styles/personas.json" with { type: "json" };
import sharp from "sharp";
import { looksOf } from "./looks.ts";

export type PictureFormat = "png" | "webp" | "jpeg";

export interface Picture {
  readonly base64: string;
  readonly format: PictureFormat;
}

export interface PortraitRequest {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
  /** Tells several pictures of one prompt apart. */
  readonly variant: number;
}

export type PortraitPainter = (request: PortraitRequest) => Promise<Picture>;

/** Some 30 kB each: enough for a demonstration and for a bench that asks for the same ones again. */
const MAX_KEPT = 200;

/** "Personas by Draftbit" (draftbit.com), CC BY 4.0, drawn by DiceBear. */
const STYLE = new Style(personas);

async function paint(request: PortraitRequest): Promise<Picture> {
  const { prompt, width, height, format, variant } = request;
  const seed = variant === 0 ? prompt : `${prompt} ${variant}`;
  const drawing = new Avatar(STYLE, { ...looksOf(prompt, seed), seed, size: Math.max(width, height) });
  const bytes = await sharp(Buffer.from(drawing.toString()))
    .resize(width, height)
    .toFormat(format)
    .toBuffer();
  return { base64: bytes.toString("base64"), format };
}

/** The same prompt gives the same picture, made once. */
export function createPortraitPainter(): PortraitPainter {
  const kept = new Map<string, Promise<Picture>>();
  return (request) => {
    const { prompt, width, height, format, variant } = request;
    const key = JSON.stringify([prompt, width, height, format, variant]);
    const made = kept.get(key) ?? paint(request);
    kept.delete(key);
    const [oldest = ""] = kept.keys();
    if (kept.set(key, made).size > MAX_KEPT) kept.delete(oldest);
    return made;
  };
}
