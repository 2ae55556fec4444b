import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ReasoningEffort } from "openai/resources/shared";
import { Problem } from "../http/errors.ts";
import type { TextCalls } from "../openai/text-calls.ts";
import type { Completion } from "../openai/token-stream.ts";
import { type AnswerParser, createAnswerParser } from "./parse-answer.ts";
import { type PersonaPrompt, personaMessages } from "./prompt.ts";
import type { Traits } from "./wire.ts";

export interface GeneratorModel {
  readonly model: string;
  readonly reasoningEffort: NonNullable<ReasoningEffort>;
  readonly maxOutputTokens: number;
}

export interface GenerateListener {
  /** Called for each persona the moment the model has finished it. */
  onPersona(persona: Traits): void;
  /** The model starts over: the personas so far are void. */
  onRestart(): void;
  /** Whether a reader was already sent one of the personas that count so far. */
  wasRead(): boolean;
}

export function personaRequest(
  prompt: PersonaPrompt,
  options: GeneratorModel,
): ChatCompletionCreateParamsStreaming {
  return {
    model: options.model,
    ...personaMessages(prompt),
    reasoning_effort: options.reasoningEffort,
    max_completion_tokens: options.maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false },
  };
}

function isRefusal({ finishReason, refusal }: Completion): boolean {
  return refusal !== "" || finishReason === "content_filter";
}

/**
 * Asks the model for one set; once more where what it wrote does not fit the schema. Throws a `Problem`:
 * `model_refusal`, `upstream_invalid_output`, or what the upstream's failures map to.
 */
export async function generatePersonas(
  request: ChatCompletionCreateParamsStreaming,
  count: number,
  calls: TextCalls,
  listener: GenerateListener,
): Promise<Traits[]> {
  let personas: Traits[] = [];

  function begin(): AnswerParser {
    if (personas.length > 0) listener.onRestart();
    personas = [];
    return createAnswerParser(count, (persona) => {
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
      mayRetry: () => !listener.wasRead(),
    });
    if (isRefusal(completion)) throw new Problem("model_refusal");
    if (completion.finishReason === "stop" && parser.end()) return personas;
    if (attempt === 2 || calls.left === 0) throw new Problem("upstream_invalid_output");
  }
}
