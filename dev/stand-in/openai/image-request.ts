import type { JsonObject } from "../as-record.ts";
import type { PictureFormat } from "../portraits/portrait.ts";
import { textMember } from "./body.ts";
import { badRequest } from "./failure.ts";

export interface ImageRequest {
  readonly model: string;
  readonly prompt: string;
  readonly dallE: boolean;
  readonly width: number;
  readonly height: number;
  readonly quality: string;
  readonly format: PictureFormat;
  readonly count: number;
}

const DEFAULT_SIZE = "1024x1024";
const LEAST_SIDE = 16;
const MOST_SIDE = 4_096;
const MOST_PICTURES = 10;
const FORMATS: readonly PictureFormat[] = ["png", "webp", "jpeg"];

function checkParameters(body: JsonObject, dallE: boolean): void {
  const refused = dallE ? "output_format" : "response_format";
  if (body[refused] !== undefined) {
    throw badRequest("unknown_parameter", refused, `Unknown parameter: '${refused}'.`);
  }
}

function sides(value: unknown): [width: number, height: number] {
  const size = value === undefined || value === "auto" ? DEFAULT_SIZE : String(value);
  const [width = 0, height = 0] = /^\d+x\d+$/.test(size) ? size.split("x").map(Number) : [];
  const fits = [width, height].every((side) => side >= LEAST_SIDE && side <= MOST_SIDE);
  if (!fits) throw badRequest("invalid_value", "size", `Invalid value: '${size}'.`);
  return [width, height];
}

function formatOf(value: unknown): PictureFormat {
  const format = FORMATS.find((candidate) => candidate === (value ?? "png"));
  if (!format) throw badRequest("invalid_value", "output_format", `Invalid value: '${value}'.`);
  return format;
}

function countOf(value: unknown): number {
  const count = value ?? 1;
  if (typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= MOST_PICTURES)
    return count;
  throw badRequest("invalid_value", "n", `Invalid value: 'n' must be from 1 to ${MOST_PICTURES}.`);
}

export function readImageRequest(body: JsonObject): ImageRequest {
  const model = textMember(body, "model");
  const dallE = model.startsWith("dall-e-");
  checkParameters(body, dallE);
  const [width, height] = sides(body.size);
  const quality = typeof body.quality === "string" && body.quality !== "auto" ? body.quality : "medium";
  const prompt = textMember(body, "prompt");
  return {
    model,
    prompt,
    dallE,
    width,
    height,
    quality,
    format: formatOf(body.output_format),
    count: countOf(body.n),
  };
}
