import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import type { SpanAttributes } from "../trace.ts";
import type { Completion } from "./answer-reader.ts";

/** What the span of a text call says of what was asked: OpenTelemetry's GenAI conventions, no content. */
export function requestAttributes(body: ChatBody): SpanAttributes {
  const limit = body.max_completion_tokens ?? body.max_tokens;
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.output.type": body.response_format ? "json" : "text",
    "gen_ai.request.model": body.model,
    ...(typeof limit === "number" && { "gen_ai.request.max_tokens": limit }),
  };
}

/** What it says of a whole answer. */
export function answerAttributes({ finishReason, usage }: Completion): SpanAttributes {
  return {
    "gen_ai.response.finish_reasons": finishReason,
    ...(usage && {
      "gen_ai.usage.input_tokens": usage.inputTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cachedInputTokens,
      "gen_ai.usage.output_tokens": usage.outputTokens,
    }),
  };
}
