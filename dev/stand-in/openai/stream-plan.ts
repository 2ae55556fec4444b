import { crc32 } from "node:zlib";
import type { Pace } from "../pace.ts";
import type { Step } from "../script.ts";
import { type Completion, closingChunks, openingChunks, tokenChunks } from "./completion-shape.ts";

/** A whole stream, ready to be written. */
export interface StreamPlan {
  readonly head: string;
  readonly chunks: readonly string[];
  readonly tail: string;
  /** `hold` leaves the connection open and silent, `drop` destroys it. */
  readonly ending: "end" | "hold" | "drop";
  readonly rhythm: ReturnType<typeof rhythmOf>;
  readonly oneWriteEach: boolean;
}

// A word or its first six letters with the white space before, or a few signs: 4 characters on average.
const TOKEN = /\s*[\p{L}\p{N}]{1,6}|\s+|[^\s\p{L}\p{N}]{1,3}/gu;

/** Joined, the tokens are the text again. A character outside the BMP is never cut in two. */
export function splitTokens(text: string, chunkChars: number | undefined): string[] {
  const token = chunkChars === undefined ? TOKEN : new RegExp(`.{1,${chunkChars}}`, "gsu");
  return text.match(token) ?? [];
}

/** When each delta leaves, counted from the headers. */
export function rhythmOf(pace: Pace, step: Step | undefined) {
  const beat = pace.tokensPerSecond > 0 ? 1000 / pace.tokensPerSecond : 0;
  const intervalMs = step?.chunkDelayMs ?? beat;
  const stray = step?.chunkDelayMs === undefined ? pace.jitter * intervalMs : 0;
  return {
    firstAfterMs: step?.firstChunkAfterMs ?? pace.ttftMs,
    intervalMs,
    strayMs: (index: number) => stray && ((crc32(String(index)) % 1000) / 1000) * stray,
  };
}

function cut(plan: StreamPlan, step: Step | undefined): StreamPlan {
  const { errorAfterChunks, silentAfterChunks, dropAfterChunks, endAfterChunks } = step ?? {};
  const after = (chunks: number, change: Partial<StreamPlan>): StreamPlan => {
    return { ...plan, chunks: plan.chunks.slice(0, chunks), ...change };
  };
  if (errorAfterChunks) {
    const { chunks, error } = errorAfterChunks;
    return after(chunks, { tail: `data: ${JSON.stringify({ error })}\n\n` });
  }
  if (silentAfterChunks !== undefined) return after(silentAfterChunks, { ending: "hold" });
  if (dropAfterChunks !== undefined) return after(dropAfterChunks, { ending: "drop" });
  return endAfterChunks === undefined ? plan : after(endAfterChunks, { tail: "" });
}

export function planStream(completion: Completion, pace: Pace, step: Step | undefined): StreamPlan {
  const tokens = splitTokens(completion.text, step?.chunkChars ?? pace.chunkChars);
  const whole: StreamPlan = {
    head: openingChunks(completion),
    chunks: tokenChunks(completion, tokens),
    tail: closingChunks(completion),
    ending: "end",
    rhythm: rhythmOf(pace, step),
    oneWriteEach: false,
  };
  return cut(whole, step);
}

/** The pieces of a script as they are, each in a write of its own. */
export function planRawStream(pieces: readonly string[], pace: Pace, step: Step): StreamPlan {
  const rhythm = rhythmOf(pace, step);
  return cut({ head: "", chunks: pieces, tail: "", ending: "end", rhythm, oneWriteEach: true }, step);
}
