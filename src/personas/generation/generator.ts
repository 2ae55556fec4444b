import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ReasoningEffort } from "openai/resources/shared";
import type { Hasher } from "../../hash.ts";
import { Problem } from "../../http/errors.ts";
import type { Completion } from "../../openai/answer-reader.ts";
import type { TextCalls } from "../../openai/text-calls.ts";
import type { PortraitSource, Traits } from "../schema.ts";
import { type AnswerParser, type Asked, createAnswerParser } from "./answer-parser.ts";
import { type PersonaPrompt, personaMessages, promptVersion } from "./prompt.ts";

export interface GeneratorModel {
  readonly model: string;
  /** `default`: what the model's maker chose. */
  readonly reasoningEffort: NonNullable<ReasoningEffort> | "default";
  /** For the largest set. */
  readonly maxOutputTokens: number;
  readonly portraits: PortraitSource;
  /** Names a person to the upstream, and says nothing of them. */
  readonly pseudonym: Hasher;
}

/** Who asks, hashed. */
export interface PersonaCaller {
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
}

export interface GenerateListener {
  /** Called for each persona the moment the model has finished it. */
  onPersona(persona: Traits): void;
  /** The model starts over: the personas so far are void. */
  onRestart(): void;
  /** Whether a reader was already sent one of the personas that count so far. */
  hasReader(): boolean;
}

// Tokens. A persona has some 600, so that twice as many are room enough; the rest is for thinking.
const THINKING = 4_000;
const EACH = 1_200;
const TEN = THINKING + 10 * EACH;

/** Grows with the number of personas to `most`; in proportion to it where the operator gave more than usual. */
export function outputLimit(count: number, most: number): number {
  return Math.min(most, Math.ceil((Math.max(most, TEN) * (THINKING + count * EACH)) / TEN));
}

/** The call that asks the model for a set. */
export function personaRequest(
  prompt: PersonaPrompt & PersonaCaller,
  options: GeneratorModel,
): ChatCompletionCreateParamsStreaming {
  const caller = prompt.callerUserHash ?? prompt.callerAddressHash;
  return {
    model: options.model,
    ...personaMessages(prompt, options.portraits),
    ...(options.reasoningEffort !== "default" && { reasoning_effort: options.reasoningEffort }),
    max_completion_tokens: outputLimit(prompt.count, options.maxOutputTokens),
    store: false,
    safety_identifier: options.pseudonym(JSON.stringify(["caller", caller])),
    prompt_cache_key: `personas-${promptVersion(options.portraits)}-${prompt.count}`, // what stands before the lead
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
  };
}

function isRefusal({ finishReason, refusal }: Completion): boolean {
  return refusal !== "" || finishReason === "content_filter";
}

/**
 * Asks the model for one set; once more where what it wrote in full does not fit the schema. Throws a `Problem`:
 * `model_refusal`, `upstream_invalid_output`, or what the upstream's failures map to.
 */
export async function generatePersonas(
  request: ChatCompletionCreateParamsStreaming,
  asked: Asked,
  calls: TextCalls,
  listener: GenerateListener,
): Promise<Traits[]> {
  let personas: Traits[] = [];

  function begin(): AnswerParser {
    if (personas.length > 0) listener.onRestart();
    personas = [];
    return createAnswerParser(asked, (persona) => {
      personas.push(persona);
      listener.onPersona(persona);
    });
  }

  for (let attempt = 1; ; attempt += 1) {
    let parser = begin();
    const completion = await calls.complete(request, {
      onText: (text) => parser.write(text),
      onRetry: () => {
        parser = begin();
      },
      mayRetry: () => !listener.hasReader(),
    });
    if (isRefusal(completion)) throw new Problem("model_refusal");
    const cut = completion.finishReason === "length";
    if (!cut && parser.end()) return personas;
    // Cut off at the limit, the same again would be too, and be paid for in full.
    if (cut || attempt === 2 || calls.left === 0) throw new Problem("upstream_invalid_output");
  }
}
