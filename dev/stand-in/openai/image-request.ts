import * as z from "zod/mini";
import type { JsonObject } from "../as-record.ts";
import { checkBody, maybe } from "./body.ts";
import { badRequest } from "./failure.ts";

const required = z.string().check(z.minLength(1));
const imageBody = z.object({
  model: required,
  prompt: required,
  size: z._default(z.string(), "auto"),
  quality: maybe(z.string()),
  output_format: z._default(z.enum(["png", "webp", "jpeg"]), "png"),
  n: z._default(z.int().check(z.gte(1), z.lte(10)), 1),
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
  const { model, prompt, size, quality, output_format: format, n: count } = checkBody(body, imageBody);
  const dallE = model.startsWith("dall-e-");
  const unknown = dallE ? "output_format" : "response_format";
  if (unknown in body) throw badRequest("unknown_parameter", unknown, `Unknown parameter: '${unknown}'.`);
  if (dallE) checkQuality(quality ?? "auto", model);
  const graded = quality && quality !== "auto" ? quality : "medium";
  return { model, prompt, dallE, quality: graded, format, count, ...readSize(size) };
}
