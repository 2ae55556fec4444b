import type { Step } from "../../../dev/stand-in/script.ts";
import type { Random } from "../random.ts";

/** How one call goes wrong. `content`: what it would say if it went well. */
type Fault = (random: Random, content: string) => Step;

const error = (status: number, members: Record<string, string>): Step => ({
  status,
  body: { error: { message: "as the storm has it", ...members } },
});
const inMid = (random: Random) => random.number.int({ min: 0, max: 5 });

/** What CONTRACT §2 says that an upstream may do, whatever was asked of it. */
const ANY: readonly Fault[] = [
  (random) => ({ status: random.helpers.arrayElement([408, 409, 429, 500, 502, 503, 504, 520]) }),
  () => ({ drop: "before-headers" }),
  () => ({ status: 429, headers: { "retry-after": "1" } }),
  () => ({ status: 503, headers: { "retry-after": "900" } }),
  () => error(401, { code: "invalid_api_key" }),
  () => error(400, { code: "bad_request" }),
  () => error(404, { code: "model_not_found" }),
  () => error(429, { code: "insufficient_quota" }),
  () => ({ status: 502, body: "<html>Bad gateway</html>" }),
];

const CHAT: readonly Fault[] = [
  ...ANY,
  (random) => ({ chunkChars: 8, dropAfterChunks: inMid(random) }),
  (random) => ({ chunkChars: 8, endAfterChunks: inMid(random) }),
  (random) => ({ chunkChars: 8, silentAfterChunks: inMid(random) }),
  (random) => ({
    chunkChars: 8,
    errorAfterChunks: {
      chunks: inMid(random),
      error: { message: "m", code: random.datatype.boolean() ? "429" : "x" },
    },
  }),
  () => ({ headersAfterMs: 60_000 }),
  () => ({ finishReason: "error" }),
  () => ({ content: "" }),
  () => error(400, { code: "unsupported_parameter", param: "store" }),
  () => error(400, { code: "unsupported_parameter", param: "prompt_cache_key" }),
];

const PERSONAS: readonly Fault[] = [
  ...CHAT,
  () => ({ content: '{"personas": [' }),
  () => ({ content: "[]" }),
  (_, content) => ({ content: content.replace('"age":40', '"age":"old"') }),
  () => ({ finishReason: "length", content: '{"personas": [{' }),
  () => ({ refusal: "I would rather not." }),
];

const PORTRAIT: readonly Fault[] = [
  ...ANY,
  () => ({ body: { data: [{ b64_json: "bm8gcGljdHVyZQ==" }] } }),
  () => ({ body: { data: [] } }),
  () => ({ headersAfterMs: 60_000 }),
  () => ({ rawStream: ['{"data":[{"b64_json":"iVBORw0K', "x"], dropAfterChunks: 1 }),
];

const FAULTS = { chat: CHAT, personas: PERSONAS, portrait: PORTRAIT };

/** Odd, and good all the same. */
const ODD: readonly ((content: string) => string)[] = [
  (content) => `\uFEFF ${content}\n`,
  (content) => `\`\`\`json\n${content}\n\`\`\``,
  (content) => `<think>{"personas": []}</think>${content}`,
];

export type Work = keyof typeof FAULTS;

/** How each call for one piece of work goes, in this order; those after the last go well. */
export type Plan = readonly ((content: string) => { readonly step: Step; readonly good: boolean })[];

// Most of what an upstream does is right.
const GOOD_AT_ONCE = 0.7;
const MAX_FAULTS = 3;

export function planOf(work: Work, random: Random): Plan {
  if (random.number.float() < GOOD_AT_ONCE) return [];
  return Array.from({ length: random.number.int({ min: 1, max: MAX_FAULTS }) }, () => {
    const fault = random.helpers.arrayElement(FAULTS[work]);
    return (content: string) => ({ step: { content, ...fault(random, content) }, good: false });
  });
}

/** A call that goes well: at some pace, without usage now and then, in an odd dress where it is for personas. */
export function goodStep(work: Work, content: string, random: Random): Step {
  if (work === "portrait") return { imageBase64: content };
  const odd = work === "personas" && random.number.float() < 0.2;
  return {
    content: odd ? random.helpers.arrayElement(ODD)(content) : content,
    chunkChars: random.number.int({ min: 20, max: 200 }),
    chunkDelayMs: random.helpers.arrayElement([0, 0, 2, 10]),
    firstChunkAfterMs: random.helpers.arrayElement([0, 20, 300]),
    ...(random.number.float() < 0.05 && { usage: null }),
  };
}
