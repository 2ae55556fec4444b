import * as z from "zod";
import type { JsonObject } from "../../json.ts";
import { checkBody } from "./body.ts";
import { badRequest } from "./failure.ts";

const required = z.string().min(1);
const imageBody = z.object({
  model: required,
  prompt: required,
  size: z.string().default("auto"),
  quality: z.string().default("auto"),
  output_format: z.enum(["png", "webp", "jpeg"]).default("png"),
});

export type ImageRequest = ReturnType<typeof readImageRequest>;

export const DEFAULT_SIDE = 1024;
const LEAST_SIDE = 16;
const MOST_SIDE = 4_096;

/** DALL·E 3 has two qualities, DALL·E 2 one. */
function checkQuality(quality: string, model: string): void {
  const known = ["auto", "standard", ...(model === "dall-e-2" ? [] : ["hd"])];
  if (!known.includes(quality)) throw badRequest("invalid_value", "quality", `Invalid value: '${quality}'.`);
}

function readSize(size: string) {
  const [width = 0, height = 0] =
    size === "auto" ? [DEFAULT_SIDE, DEFAULT_SIDE] : size.split("x").map(Number);
  const fits = [width, height].every((side) => side >= LEAST_SIDE && side <= MOST_SIDE);
  if (!fits) throw badRequest("invalid_value", "size", `Invalid value: '${size}'.`);
  return { width, height };
}

export function readImageRequest(body: JsonObject) {
  const { model, prompt, size, quality, output_format: format } = checkBody(body, imageBody);
  const dallE = model.startsWith("dall-e-");
  const unknown = dallE ? "output_format" : "response_format";
  if (unknown in body) throw badRequest("unknown_parameter", unknown, `Unknown parameter: '${unknown}'.`);
  if (dallE) checkQuality(quality, model);
  const graded = quality === "auto" ? "medium" : quality;
  return { model, prompt, dallE, quality: graded, format, ...readSize(size) };
}
