import type { Exchange } from "../exchange.ts";
import type { PaceBook } from "../pace.ts";
import { paddedPng } from "../portraits/padded-png.ts";
import type { Picture, PortraitPainter } from "../portraits/portrait.ts";
import { between, seededRandom } from "../random.ts";
import type { Step } from "../script.ts";
import type { ImageRequest } from "./image-request.ts";
import { readImageRequest } from "./image-request.ts";
import type { JsonObject } from "./json.ts";
import type { KnownModels } from "./models.ts";
import { checkModel } from "./models.ts";
import { tokensIn } from "./usage.ts";

export interface ImageParts {
  readonly models: KnownModels;
  readonly paces: PaceBook;
  readonly paint: PortraitPainter;
}

/** Tokens of a picture of 1024 × 1024; others in proportion to their area. */
const TOKENS_BY_QUALITY: Record<string, number> = { low: 272, medium: 1_056, high: 4_160 };
const SQUARE = 1024 * 1024;

function imageUsage({ prompt, quality, width, height, count }: ImageRequest): JsonObject {
  const tokens = TOKENS_BY_QUALITY[quality] ?? 1_056;
  const outputTokens = Math.ceil((tokens * width * height) / SQUARE) * count;
  const textTokens = tokensIn(prompt);
  return {
    total_tokens: textTokens + outputTokens,
    input_tokens: textTokens,
    output_tokens: outputTokens,
    input_tokens_details: { text_tokens: textTokens, image_tokens: 0 },
    output_tokens_details: { text_tokens: 0, image_tokens: outputTokens },
  };
}

async function pictures(
  request: ImageRequest,
  step: Step | undefined,
  paint: PortraitPainter,
): Promise<Picture[]> {
  if (step?.imageBase64 !== undefined) return [{ base64: step.imageBase64, format: request.format }];
  if (step?.imageBytes !== undefined)
    return [{ base64: paddedPng(step.imageBytes).toString("base64"), format: "png" }];
  return Promise.all(
    Array.from({ length: request.count }, (_, index) => paint({ ...request, variant: index })),
  );
}

function answer(request: ImageRequest, made: readonly Picture[], step: Step | undefined): JsonObject {
  const created = Math.floor(Date.now() / 1000);
  if (request.dallE) {
    return {
      created,
      data: made.map(({ base64 }) => ({ b64_json: base64, revised_prompt: request.prompt })),
    };
  }
  const usage = step?.usage === undefined ? imageUsage(request) : step.usage;
  return {
    created,
    background: "opaque",
    data: made.map(({ base64 }) => ({ b64_json: base64 })),
    output_format: made[0]?.format ?? request.format,
    quality: request.quality,
    size: `${request.width}x${request.height}`,
    ...(usage === null ? {} : { usage }),
  };
}

export function createImages({ models, paces, paint }: ImageParts) {
  return async (exchange: Exchange, body: JsonObject, raw: string, step: Step | undefined): Promise<void> => {
    const startedAt = performance.now();
    const request = readImageRequest(body);
    checkModel(models, request.model);
    const [least, most] = paces.paceFor("chat", raw).imageMs;
    const takesMs = between(seededRandom(`${raw}#${startedAt}`), least, most);
    const made = await pictures(request, step, paint);
    const here = await exchange.wait(takesMs - (performance.now() - startedAt));
    if (here) exchange.json(200, answer(request, made, step));
  };
}
