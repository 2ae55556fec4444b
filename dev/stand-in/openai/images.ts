import type { JsonObject } from "../as-record.ts";
import type { PaceBook } from "../pace.ts";
import { paddedPng } from "../portraits/padded-png.ts";
import type { Picture, PortraitPainter } from "../portraits/portrait.ts";
import type { Step } from "../script.ts";
import { seededFaker } from "../seeded-faker.ts";
import { parseBody } from "./body.ts";
import type { ImageRequest } from "./image-request.ts";
import { DEFAULT_SIDE, readImageRequest } from "./image-request.ts";
import type { KnownModels } from "./models.ts";
import { checkModel } from "./models.ts";
import type { ApiCall } from "./route.ts";
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

async function pictures(request: ImageRequest, step: Step | undefined, paint: PortraitPainter) {
  const { imageBase64, imageBytes } = step ?? {};
  if (imageBase64 !== undefined) return [{ base64: imageBase64, format: request.format }];
  if (imageBytes !== undefined) return [{ base64: paddedPng(imageBytes), format: "png" as const }];
  return Promise.all(Array.from({ length: request.count }, (_, variant) => paint({ ...request, variant })));
}

function answerWith(request: ImageRequest, made: readonly Picture[], step: Step | undefined): JsonObject {
  const created = Math.floor(Date.now() / 1000);
  const revised = request.dallE ? { revised_prompt: request.prompt } : {};
  const data = made.map(({ base64 }) => ({ b64_json: base64, ...revised }));
  if (request.dallE) return { created, data };
  const usage = step?.usage === undefined ? imageUsage(request) : step.usage;
  return {
    created,
    background: "opaque",
    data,
    output_format: made[0]?.format ?? request.format,
    quality: request.quality,
    size: `${request.width}x${request.height}`,
    usage: usage ?? undefined,
  };
}

/** `POST /images/generations`. */
export function createImages({ models, paces, paint }: ImageParts) {
  function read(raw: string): ImageRequest {
    const request = readImageRequest(parseBody(raw));
    checkModel(models, request.model);
    return request;
  }

  /** Without the time that it takes, as a batch has it. */
  async function answerAtOnce(raw: string, step: Step | undefined): Promise<JsonObject> {
    const request = read(raw);
    return answerWith(request, await pictures(request, step, paint), step);
  }

  /** The bytes behind a URL, whose last part is what the picture shows. */
  async function link({ exchange, id, step }: ApiCall): Promise<void> {
    const request = {
      prompt: id,
      width: DEFAULT_SIDE,
      height: DEFAULT_SIDE,
      format: "webp",
      variant: 0,
    } as const;
    const { base64 } =
      step?.imageBytes === undefined ? await paint(request) : { base64: paddedPng(step.imageBytes) };
    exchange.begin(200, {});
    exchange.res.end(Buffer.from(step?.imageBase64 ?? base64, "base64"));
  }

  async function answer({ exchange, raw, step, profile }: ApiCall): Promise<void> {
    if (profile.withoutImages) throw profile.withoutImages;
    const startedAt = performance.now();
    const request = read(raw);
    const [min, max] = paces.paceFor("chat", raw).imageMs;
    const takesMs = seededFaker(`${raw}#${startedAt}`).number.float({ min, max });
    const made = await pictures(request, step, paint);
    const here = await exchange.wait(takesMs - (performance.now() - startedAt));
    if (here) exchange.json(200, answerWith(request, made, step));
  }

  return { answer, answerAtOnce, link };
}
