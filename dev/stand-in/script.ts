import * as z from "zod/mini";
import { PROFILES, type ProfileName } from "./profiles/profiles.ts";

const text = z.string();
const wholeNumber = z.int().check(z.gte(0));
const milliseconds = z.number().check(z.gte(0));

/**
 * How one call goes otherwise than usual. What is left out stays as usual. Members for streams have no effect
 * on an answer that is not one. A `body`, a `status` from 300 up, `rawStream` and `drop` are an answer by
 * themselves: what the call asks for, and whether it may, is not looked at.
 */
export const step = z.strictObject({
  status: z.optional(z.int().check(z.gte(200), z.lte(599))),
  headers: z.optional(z.record(text, text)),
  /** A string is sent as it is, anything else as JSON. */
  body: z.optional(z.json()),
  /** Before the status line. */
  headersAfterMs: z.optional(milliseconds),
  /** The server that this call is answered like. */
  profile: z.optional(z.enum(Object.keys(PROFILES) as [ProfileName, ...ProfileName[]])),
  drop: z.optional(z.literal("before-headers")),
  content: z.optional(text),
  /** `null` ends cleanly with neither a finish_reason nor `[DONE]`, as a proxy that cuts does. */
  finishReason: z.optional(z.nullable(text)),
  refusal: z.optional(text),
  chunkChars: z.optional(wholeNumber.check(z.gte(1))),
  chunkDelayMs: z.optional(milliseconds),
  firstChunkAfterMs: z.optional(milliseconds),
  silentAfterChunks: z.optional(wholeNumber),
  dropAfterChunks: z.optional(wholeNumber),
  endAfterChunks: z.optional(wholeNumber),
  errorAfterChunks: z.optional(
    z.strictObject({
      chunks: wholeNumber,
      error: z.looseObject({ message: text, type: z.optional(text), code: z.optional(z.nullable(text)) }),
    }),
  ),
  /** Each in a write, and so in an HTTP chunk, of its own. */
  rawStream: z.optional(z.array(text)),
  /** Sent instead of the usual usage; `null` sends none. */
  usage: z.optional(z.nullable(z.json())),
  imageBase64: z.optional(text),
  /** A valid PNG of about that many bytes, whatever format was asked for. */
  imageBytes: z.optional(wholeNumber),
});
export type Step = z.infer<typeof step>;

const repeat = z.optional(z.boolean());
export const scriptRequest = z.strictObject({ match: text, steps: z.array(step), repeat });
export type ScriptRequest = z.infer<typeof scriptRequest>;

interface Script {
  readonly steps: Step[];
  readonly repeat: boolean;
}

export type ScriptBook = ReturnType<typeof createScriptBook>;

/**
 * The steps waiting for calls. Where several scripts match a call the latest one has it; a script for the same
 * match replaces the one before, so no steps take a script away.
 */
export function createScriptBook() {
  const scripts = new Map<string, Script>();
  return {
    add({ match, steps, repeat = false }: ScriptRequest): void {
      scripts.delete(match);
      if (steps.length > 0) scripts.set(match, { steps: [...steps], repeat });
    },
    /** Takes the step of one call. `text` is its raw body, or its URL where it has none. */
    take(text: string): Step | undefined {
      const match = [...scripts.keys()].findLast((candidate) => text.includes(candidate));
      const script = match === undefined ? undefined : scripts.get(match);
      if (match === undefined || !script) return undefined;
      const [taken] = script.steps;
      if (script.steps.length > 1 || !script.repeat) script.steps.shift();
      if (script.steps.length === 0) scripts.delete(match);
      return taken;
    },
    clear(): void {
      scripts.clear();
    },
  };
}
