import { asRecord } from "../../as-record.ts";
/** What one event of a stream says, or a whole completion: whatever shape a compatible server gave it. */
export interface CompletionPart {
  readonly text: string;
  /** What the model says instead of answering. */
  readonly refusal: string;
  /** The text is all of the answer, not what is new of it. */
  readonly whole: boolean;
  /** In OpenAI's words where they have one; empty where it goes on. */
  readonly finishReason: string;
  /** As it was sent; undefined or null where it was not. */
  readonly usage: unknown;
  /** Of the choice alone: one that failed. */
  readonly error: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const asString = (value: unknown) => (typeof value === "string" ? value : "");

/** Those parts of a list that are words of the answer; thinking, references and pictures are not. */
const TEXT_PARTS = new Set<unknown>([undefined, "text", "output_text"]);

function toText(content: unknown): string {
  if (typeof content === "string") return content;
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") text += part;
    else if (TEXT_PARTS.has(asRecord(part).type)) text += asString(asRecord(part).text);
  }
  return text;
}

function toRefusal({ refusal, content }: Fields): string {
  if (!Array.isArray(content)) return asString(refusal);
  return content.reduce((text, part) => text + asString(asRecord(part).refusal), asString(refusal));
}

const FINISH_REASONS = new Map([
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["safety", "content_filter"],
  ["insufficient_system_resource", "error"],
  ["abort", "error"],
  ["null", ""],
]);

function toFinishReason(reason: unknown): string {
  const word = asString(reason).toLowerCase();
  return FINISH_REASONS.get(word) ?? word;
}

/** Only the first choice is ours: the others a proxy merged in. */
function firstChoice(choices: unknown): Fields {
  if (!Array.isArray(choices)) return {};
  return asRecord(choices.find((choice) => (asRecord(choice).index ?? 0) === 0));
}

/** Total. A `message` beside a delta repeats what was said. */
export function readPart(value: unknown): CompletionPart {
  const { choices, usage } = asRecord(value);
  const choice = firstChoice(choices);
  const said = asRecord(choice.delta ?? choice.message);
  return {
    whole: !choice.delta,
    text: toText(said.content),
    refusal: toRefusal(said),
    finishReason: toFinishReason(choice.finish_reason),
    usage,
    error: choice.error,
  };
}
