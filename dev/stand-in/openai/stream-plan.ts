import type { Pace } from "../pace.ts";
import { hashText } from "../random.ts";
import type { Step } from "../script.ts";

/** When each delta leaves, counted from the headers. */
export interface Rhythm {
  readonly firstAfterMs: number;
  readonly intervalMs: number;
  readonly strayMs: (index: number) => number;
}

/** A whole stream, ready to be written. */
export interface StreamPlan {
  readonly head: string;
  readonly chunks: readonly string[];
  readonly tail: string;
  /** `hold` leaves the connection open and silent, `drop` destroys it. */
  readonly ending: "end" | "hold" | "drop";
  readonly rhythm: Rhythm;
  readonly oneWriteEach: boolean;
}

export interface Said {
  readonly id: string;
  readonly model: string;
  readonly created: number;
  readonly text: string;
  readonly refused: boolean;
  /** `null`: none is sent. */
  readonly finishReason: string | null;
  /** `null`: none is sent. */
  readonly usage: unknown;
  readonly includeUsage: boolean;
  readonly obfuscated: boolean;
}

const DONE = "data: [DONE]\n\n";
/** Padding that hides a token's length from who counts bytes on the wire, as the real API adds unless told not to. */
const PADDING = "aB3xQ9mZ7kLw2RtY";

// A word or its first six letters with the white space before, or a few signs: 4 characters on average.
const TOKEN = /\s*[\p{L}\p{N}]{1,6}|\s+|[^\s\p{L}\p{N}]{1,3}/gu;

/** Joined, the tokens are the text again. A character outside the BMP is never cut in two. */
export function splitTokens(text: string, chunkChars: number | undefined): string[] {
  if (chunkChars === undefined) return text.match(TOKEN) ?? [];
  const tokens: string[] = [];
  const characters = Array.from(text);
  for (let i = 0; i < characters.length; i += chunkChars) {
    tokens.push(characters.slice(i, i + chunkChars).join(""));
  }
  return tokens;
}

function event(said: Said, choices: string, usage: string): string {
  const { id, created, model } = said;
  const envelope = JSON.stringify({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    service_tier: "default",
    system_fingerprint: null,
  });
  return `data: ${envelope.slice(0, -1)},"choices":${choices}${usage}}\n\n`;
}

function choice(delta: string, finishReason: string | null): string {
  return `[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}]`;
}

/** Everything around a token is the same for all of a stream, so it is written out once. */
function contentEvents(said: Said, tokens: readonly string[]): string[] {
  const member = said.refused ? "refusal" : "content";
  const mark = "\u0000";
  const whole = event(said, choice(`{"${member}":${mark}}`, null), said.includeUsage ? ',"usage":null' : "");
  const [before = "", after = ""] = whole.split(mark);
  if (!said.obfuscated) return tokens.map((token) => before + JSON.stringify(token) + after);
  const rest = after.slice(0, -"}\n\n".length);
  return tokens.map((token) => {
    const padding = PADDING.slice(Math.min(token.length, PADDING.length - 1));
    return `${before}${JSON.stringify(token)}${rest},"obfuscation":"${padding}"}\n\n`;
  });
}

function closing(said: Said): string {
  if (said.finishReason === null) return "";
  const nullUsage = said.includeUsage ? ',"usage":null' : "";
  const finish = event(said, choice("{}", said.finishReason), nullUsage);
  const usage =
    said.includeUsage && said.usage !== null
      ? event(said, "[]", `,"usage":${JSON.stringify(said.usage)}`)
      : "";
  return finish + usage + DONE;
}

export function rhythmOf(pace: Pace, step: Step | undefined): Rhythm {
  const beat = pace.tokensPerSecond > 0 ? 1000 / pace.tokensPerSecond : 0;
  const intervalMs = step?.chunkDelayMs ?? beat;
  const stray = step?.chunkDelayMs === undefined ? pace.jitter * intervalMs : 0;
  return {
    firstAfterMs: step?.firstChunkAfterMs ?? pace.ttftMs,
    intervalMs,
    strayMs: stray === 0 ? () => 0 : (index) => ((hashText(String(index)) % 1000) / 1000) * stray,
  };
}

function cut(plan: StreamPlan, step: Step): StreamPlan {
  const first = (chunks: number) => plan.chunks.slice(0, chunks);
  if (step.errorAfterChunks) {
    const { chunks, error } = step.errorAfterChunks;
    return { ...plan, chunks: first(chunks), tail: `data: ${JSON.stringify({ error })}\n\n` };
  }
  if (step.silentAfterChunks !== undefined) {
    return { ...plan, chunks: first(step.silentAfterChunks), ending: "hold" };
  }
  if (step.dropAfterChunks !== undefined) {
    return { ...plan, chunks: first(step.dropAfterChunks), ending: "drop" };
  }
  if (step.endAfterChunks !== undefined) return { ...plan, chunks: first(step.endAfterChunks), tail: "" };
  return plan;
}

export function planStream(said: Said, pace: Pace, step: Step | undefined): StreamPlan {
  const role = `{"role":"assistant","content":${said.refused ? "null" : '""'},"refusal":null}`;
  const whole: StreamPlan = {
    head: event(said, choice(role, null), said.includeUsage ? ',"usage":null' : ""),
    chunks: contentEvents(said, splitTokens(said.text, step?.chunkChars ?? pace.chunkChars)),
    tail: closing(said),
    ending: "end",
    rhythm: rhythmOf(pace, step),
    oneWriteEach: false,
  };
  return step ? cut(whole, step) : whole;
}

/** The pieces of a script as they are, each in a write of its own. */
export function planRawStream(pieces: readonly string[], pace: Pace, step: Step): StreamPlan {
  const whole: StreamPlan = {
    head: "",
    chunks: pieces,
    tail: "",
    ending: "end",
    rhythm: rhythmOf(pace, step),
    oneWriteEach: true,
  };
  return cut(whole, step);
}
