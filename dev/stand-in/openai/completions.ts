import { writeAnswer } from "../answer.ts";
import type { Pace } from "../pace.ts";
import type { Parts } from "../parts.ts";
import type { Profile } from "../profiles/profile.ts";
import { profileOf } from "../profiles/profiles.ts";
import type { Step } from "../script.ts";
import { parseBody } from "./body.ts";
import { type ChatRequest, readChatRequest } from "./chat-request.ts";
import { type Completion, wholeAnswer } from "./completion-shape.ts";
import { checkModel } from "./models.ts";
import type { ApiCall, ApiRoute } from "./route.ts";
import { planStream, splitTokens } from "./stream-plan.ts";
import { playStream } from "./stream-player.ts";
import { CHARS_PER_TOKEN, completionUsage, createPromptCache, reasoningTokens, tokensIn } from "./usage.ts";

type Spoken = Pick<Completion, "text" | "refused" | "finishReason">;

/** Thinking counts against the limit too: one set too small leaves no room for words. */
function withinLimit(text: string, request: ChatRequest): Spoken {
  const room = Math.max(0, request.maxTokens - reasoningTokens(request));
  if (tokensIn(text) <= room) return { text, refused: false, finishReason: "stop" };
  return { text: text.slice(0, room * CHARS_PER_TOKEN), refused: false, finishReason: "length" };
}

/** A script's words are said as they stand, whatever the limit. */
function speak(request: ChatRequest, usual: () => string, step: Step = {}): Spoken {
  const text = step.refusal ?? step.content;
  const refused = step.refusal !== undefined;
  const spoken = text === undefined ? withinLimit(usual(), request) : { text, refused, finishReason: "stop" };
  return step.finishReason === undefined ? spoken : { ...spoken, finishReason: step.finishReason };
}

/** How long the words take that are not streamed. */
function speakingMs({ text }: Completion, pace: Pace): number {
  const tokens = splitTokens(text, pace.chunkChars).length;
  return pace.ttftMs + (pace.tokensPerSecond > 0 ? (tokens * 1000) / pace.tokensPerSecond : 0);
}

/** `POST /chat/completions`. */
export function createCompletions({ paces }: Parts) {
  const cachedTokens = createPromptCache();
  let calls = 0;

  function complete(request: ChatRequest, step: Step | undefined, profile: Profile): Completion {
    const spoken = speak(request, () => writeAnswer(request, calls), step);
    const usage = completionUsage(request, tokensIn(spoken.text), cachedTokens(request));
    return {
      ...spoken,
      id: `chatcmpl-standin-${calls.toString(36)}-${Date.now().toString(36)}`,
      created: Math.floor(Date.now() / 1000),
      usage: step?.usage === undefined ? usage : step.usage,
      request,
      profile,
    };
  }

  function read(raw: string, profile: Profile): ChatRequest {
    const request = readChatRequest(parseBody(raw), profile);
    checkModel(request.model);
    calls += 1;
    return request;
  }

  /** The whole answer at once, as a batch has it. */
  const answerAtOnce = (raw: string, step: Step | undefined) => {
    const profile = profileOf("openai"); // no other has batches
    return wholeAnswer(complete(read(raw, profile), step, profile));
  };

  async function answer({ exchange, raw, step, profile }: ApiCall): Promise<void> {
    const request = read(raw, profile);
    const completion = complete(request, step, profile);
    const pace = paces.paceFor(request.schema ? "personas" : "chat", raw);
    if (request.stream) await playStream(exchange, planStream(completion, pace, step));
    else if (await exchange.wait(speakingMs(completion, pace))) exchange.json(200, wholeAnswer(completion));
  }

  const route: ApiRoute = { method: "POST", path: /^\/chat\/completions$/, answer };
  return { route, answerAtOnce };
}
