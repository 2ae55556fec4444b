import type { ImageRequest } from "../../openai/upstream.ts";
import type { PortraitStyle } from "../key.ts";

/** DALL·E 3 knows `standard` and `hd`, DALL·E 2 the first alone: the nearest to a quality of the later models. */
function dallEQuality(model: string, quality: string): string {
  return model !== "dall-e-2" && ["high", "hd"].includes(quality) ? "hd" : "standard";
}

/** GPT image models give base64 only and refuse `response_format`; DALL·E wants it and refuses the other. */
export function imageRequest({
  model,
  prompt,
  size,
  quality,
}: PortraitStyle & { readonly prompt: string }): ImageRequest {
  if (!model.startsWith("dall-e-")) return { model, prompt, size, quality, output_format: "webp" };
  return { model, prompt, size, quality: dallEQuality(model, quality), response_format: "b64_json" };
}
