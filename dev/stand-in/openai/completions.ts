import type { Answer, AnswerWriter } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import type { Pace, PaceBook } from "../pace.ts";
import type { Step } from "../script.ts";
import type { ChatRequest } from "./chat-request.ts";
import { readChatRequest } from "./chat-request.ts";
import type { JsonObject } from "./json.ts";
import type { KnownModels } from "./models.ts";
import { checkModel } from "./models.ts";
import type { Said } from "./stream-plan.ts";
import { planStream, splitTokens } from "./stream-plan.ts";
import { playStream } from "./stream-player.ts";
import type { PromptCache } from "./usage.ts";
import { CHARS_PER_TOKEN, completionUsage, reasoningTokens, tokensIn } from "./usage.ts";

export interface CompletionParts {
  readonly models: KnownModels;
  readonly paces: PaceBook;
  readonly prompts: PromptCache;
  readonly writeAnswer: AnswerWriter;
}

interface Spoken {
  readonly text: string;
  readonly refused: boolean;
  readonly finishReason: string | null;
}

/** Thinking counts against the limit too: one set too small leaves no room for words. */
function withinLimit(text: string, request: ChatRequest): Spoken {
  const room = Math.max(0, request.maxTokens - reasoningTokens(request));
  if (tokensIn(text) <= room) return { text, refused: false, finishReason: "stop" };
  return { text: text.slice(0, room * CHARS_PER_TOKEN), refused: false, finishReason: "length" };
}

/** A script's words are said as they stand, whatever the limit. */
function speak(request: ChatRequest, step: Step | undefined, usual: () => Answer): Spoken {
  const text = step?.refusal ?? step?.content;
  const spoken =
    text === undefined
      ? withinLimit(usual().text, request)
      : { text, refused: step?.refusal !== undefined, finishReason: "stop" };
  return step?.finishReason === undefined ? spoken : { ...spoken, finishReason: step.finishReason };
}

function wholeAnswer(said: Said): JsonObject {
  const { id, created, model, usage } = said;
  const message = {
    role: "assistant",
    content: said.refused ? null : said.text,
    refusal: said.refused ? said.text : null,
    annotations: [],
  };
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: said.finishReason }],
    ...(usage === null ? {} : { usage }),
    service_tier: "default",
    system_fingerprint: null,
  };
}

/** How long the words take that are not streamed. */
function speakingMs(said: Said, pace: Pace): number {
  const tokens = splitTokens(said.text, pace.chunkChars).length;
  return pace.ttftMs + (pace.tokensPerSecond > 0 ? (tokens * 1000) / pace.tokensPerSecond : 0);
}

export function createCompletions(parts: CompletionParts) {
  let calls = 0;

  function say(request: ChatRequest, step: Step | undefined, usual: () => Answer): Said {
    const spoken = speak(request, step, usual);
    const size = {
      textTokens: tokensIn(spoken.text),
      reasoningTokens: reasoningTokens(request),
      cachedTokens: parts.prompts.cachedTokens(request),
    };
    return {
      ...spoken,
      id: `chatcmpl-standin-${calls.toString(36)}-${Date.now().toString(36)}`,
      model: request.model,
      created: Math.floor(Date.now() / 1000),
      usage: step?.usage === undefined ? completionUsage(request, size) : step.usage,
      includeUsage: request.includeUsage,
      obfuscated: request.obfuscated,
    };
  }

  return async (exchange: Exchange, body: JsonObject, raw: string, step: Step | undefined): Promise<void> => {
    const request = readChatRequest(body);
    checkModel(parts.models, request.model);
    calls += 1;
    const said = say(request, step, () => parts.writeAnswer(request, calls));
    const pace = parts.paces.paceFor(request.schema ? "personas" : "chat", raw);
    if (request.stream) playStream(exchange, planStream(said, pace, step));
    else if (await exchange.wait(speakingMs(said, pace))) exchange.json(200, wholeAnswer(said));
  };
}
