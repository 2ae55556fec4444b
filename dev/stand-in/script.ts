import * as z from "zod";
import { ApiFailure } from "./openai/failure.ts";
import { PROFILES, type ProfileName } from "./profiles/profiles.ts";

const text = z.string();
const wholeNumber = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

/**
 * How one call goes otherwise than usual. What is left out stays as usual. Members for streams have no effect
 * on an answer that is not one. A `body`, a `status` from 300 up, `rawStream` and `drop` are an answer by
 * themselves: what the call asks for, and whether it may, is not looked at.
 */
const step = z
  .strictObject({
    status: z.int().min(200).max(599),
    headers: z.record(text, text),
    /** A string is sent as it is, anything else as JSON. */
    body: z.json(),
    /** Before the status line. */
    headersAfterMs: milliseconds,
    /** The server that this call is answered like. */
    profile: z.enum(Object.keys(PROFILES) as [ProfileName, ...ProfileName[]]),
    drop: z.literal("before-headers"),
    content: text,
    /** `null` ends cleanly with neither a finish_reason nor `[DONE]`, as a proxy that cuts does. */
    finishReason: text.nullable(),
    refusal: text,
    chunkChars: z.int().positive(),
    chunkDelayMs: milliseconds,
    firstChunkAfterMs: milliseconds,
    silentAfterChunks: wholeNumber,
    dropAfterChunks: wholeNumber,
    endAfterChunks: wholeNumber,
    errorAfterChunks: z.strictObject({
      chunks: wholeNumber,
      error: z.looseObject({ message: text, type: text.optional(), code: text.nullish() }),
    }),
    /** Each in a write, and so in an HTTP chunk, of its own. */
    rawStream: z.array(text),
    /** Sent instead of the usual usage; `null` sends none. */
    usage: z.json(),
    imageBase64: text,
    /** A PNG of that many bytes, whatever format was asked for. */
    imageBytes: wholeNumber,
  })
  .partial();
export type Step = z.infer<typeof step>;

/** What a script answers by itself; undefined where the usual answer is only changed. */
export function scriptedAnswer({
  status = 200,
  body,
}: Step = {}): Pick<ApiFailure, "status" | "body"> | undefined {
  if (body !== undefined) return { status, body };
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return status >= 300 ? new ApiFailure(status, `A script answers ${status} here.`, { type }) : undefined;
}

export const scriptRequest = z.strictObject({
  match: text,
  steps: z.array(step),
  repeat: z.boolean().default(false),
});
type ScriptRequest = z.infer<typeof scriptRequest>;

interface Script extends ScriptRequest {
  readonly steps: Step[];
}

/**
 * The steps waiting for calls. Where several scripts match a call the latest one has it; a script for the same
 * match replaces the one before, so no steps take a script away.
 */
export function createScriptBook() {
  let scripts: Script[] = [];
  return {
    add({ match, steps, repeat }: ScriptRequest): void {
      scripts = scripts.filter((script) => script.match !== match);
      if (steps.length > 0) scripts.push({ match, steps: [...steps], repeat });
    },
    /** Takes the step of one call. `text` is its raw body, or its URL where it has none. */
    take(text: string): Step | undefined {
      const script = scripts.findLast(({ match }) => text.includes(match));
      if (!script) return undefined;
      const [taken] = script.steps;
      if (script.steps.length > 1 || !script.repeat) script.steps.shift();
      if (script.steps.length === 0) scripts = scripts.filter((other) => other !== script);
      return taken;
    },
    clear(): void {
      scripts = [];
    },
  };
}
