import type { JsonObject } from "../../json.ts";
import type { Parts } from "../parts.ts";
import type { PortraitRequest } from "../portraits/portrait.ts";
import type { Step } from "../script.ts";
import { seededFaker } from "../seeded-faker.ts";
import { parseBody } from "./body.ts";
import { DEFAULT_SIDE, type ImageRequest, readImageRequest } from "./image-request.ts";
import { checkModel } from "./models.ts";
import type { ApiCall, ApiRoute } from "./route.ts";
import { tokensIn } from "./usage.ts";

/** Tokens of a portrait of 1024 × 1024; others in proportion to their area. */
const TOKENS_BY_QUALITY: Record<string, number> = { low: 272, medium: 1_056, high: 4_160 };
const SQUARE = 1024 * 1024;
/** A PNG of one soft grey-green pixel, which viewers show at any size. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mN4+ur5fwAJJAPdZT1pFAAAAABJRU5ErkJggg==",
  "base64",
);

/** Nobody reads a PNG beyond its end. */
function paddedPng(bytes: number): string {
  return Buffer.concat([PIXEL, Buffer.alloc(Math.max(0, bytes - PIXEL.length))]).toString("base64");
}

function imageUsage({ prompt, quality, width, height }: ImageRequest): JsonObject {
  const tokens = TOKENS_BY_QUALITY[quality] ?? 1_056;
  const outputTokens = Math.ceil((tokens * width * height) / SQUARE);
  const textTokens = tokensIn(prompt);
  return {
    total_tokens: textTokens + outputTokens,
    input_tokens: textTokens,
    output_tokens: outputTokens,
    input_tokens_details: { text_tokens: textTokens, image_tokens: 0 },
    output_tokens_details: { text_tokens: 0, image_tokens: outputTokens },
  };
}

function answerWith(request: ImageRequest, base64: string, step: Step = {}): JsonObject {
  const created = Math.floor(Date.now() / 1000);
  if (request.dallE) return { created, data: [{ b64_json: base64, revised_prompt: request.prompt }] };
  const usage = step.usage === undefined ? imageUsage(request) : step.usage;
  return {
    created,
    background: "opaque",
    data: [{ b64_json: base64 }],
    output_format: step.imageBytes === undefined ? request.format : "png",
    quality: request.quality,
    size: `${request.width}x${request.height}`,
    usage: usage ?? undefined,
  };
}

/** `POST /images/generations`, and the bytes behind a URL, whose last part is what the portrait shows. */
export function createImages({ paces, paint }: Parts) {
  async function portrait(request: PortraitRequest, { imageBase64, imageBytes }: Step = {}): Promise<string> {
    return imageBase64 ?? (imageBytes === undefined ? await paint(request) : paddedPng(imageBytes));
  }

  function read(raw: string): ImageRequest {
    const request = readImageRequest(parseBody(raw));
    checkModel(request.model);
    return request;
  }

  /** Without the time that it takes, as a batch has it. */
  async function answerAtOnce(raw: string, step: Step | undefined): Promise<JsonObject> {
    const request = read(raw);
    return answerWith(request, await portrait(request, step), step);
  }

  async function link({ exchange, id, step }: ApiCall): Promise<void> {
    const request = { prompt: id, width: DEFAULT_SIDE, height: DEFAULT_SIDE, format: "webp" } as const;
    const base64 = await portrait(request, step);
    exchange.begin(200, {});
    exchange.res.end(Buffer.from(base64, "base64"));
  }

  async function answer({ exchange, raw, step, profile }: ApiCall): Promise<void> {
    if (profile.withoutImages) throw profile.withoutImages;
    const startedAt = performance.now();
    const [min, max] = paces.paceFor("chat", raw).imageMs;
    const takesMs = seededFaker(`${raw}#${startedAt}`).number.float({ min, max });
    const body = await answerAtOnce(raw, step);
    if (await exchange.wait(takesMs - (performance.now() - startedAt))) exchange.json(200, body);
  }

  const routes: ApiRoute[] = [
    { method: "POST", path: /^\/images\/generations$/, answer },
    { method: "GET", path: /^\/portraits\/(.+)$/, answer: link, keyless: true },
  ];
  return { routes, answerAtOnce };
}
