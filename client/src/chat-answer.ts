import type { ChatAnswer, StreamFailure } from "./api-types.ts";
import type { ConnectionEvent } from "./connection/connection-events.ts";
import type { Cursor } from "./connection/cursor.ts";
import { EVENT_STREAM } from "./connection/event-stream.ts";
import type { Call, ConnectionOptions } from "./connection/request.ts";
import { readResumable, type StreamSource } from "./connection/resumable-stream.ts";
import type { ReconnectOptions } from "./connection/retry.ts";
import { CHAT_STREAMS, createResume } from "./connection/routes.ts";
import { fetchWholeAnswer } from "./connection/whole-answer.ts";
import { failureFrom, hasCode, unreachable } from "./problem.ts";

/** How an answer ended. */
type Ending = Pick<ChatAnswer, "finishReason" | "usage" | "model" | "droppedMessages">;

export type StreamChatEvent =
  | ConnectionEvent
  /** The text so far is void: the answer begins again. */
  | { readonly type: "reset" }
  /** The answer is whole. */
  | ({ readonly type: "done"; readonly streamId: string | undefined } & Readonly<Ending>);

export interface StreamOptions extends ConnectionOptions {
  /** Aborting stops the answer where it is made, too. A connection that is lost never does. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: StreamChatEvent) => void) | undefined;
  /** Leaving, by abort or by `break`, does not stop the answer: `resumeChat` finds it again. */
  readonly keepRunning?: boolean | undefined;
  /** The service's `SSE_HEARTBEAT_MS`; a silence two and a half times as long is a lost connection. */
  readonly heartbeatMs?: number | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
}

/** One answer. */
export interface ChatRun {
  /** Sends the messages, once more under the same key; missing where another page did. */
  readonly send?: (path: string, accept: string, signal: AbortSignal) => Promise<Response>;
  readonly idempotencyKey?: string;
  /** How many of the oldest messages were not sent. */
  readonly dropped?: number;
  readonly cursor: Cursor;
  /** What was given to the caller since the last reset. */
  text: string;
}

type AnswerOptions = StreamOptions & {
  readonly signal: AbortSignal;
  readonly onEvent: (event: StreamChatEvent) => void;
};

function reset(run: ChatRun, { onEvent }: AnswerOptions): void {
  run.text = "";
  onEvent({ type: "reset" });
}

/** Returns nothing where no stream gets through. */
async function* streamedText(
  run: ChatRun,
  call: Call,
  options: AnswerOptions,
): AsyncGenerator<string, Ending | undefined> {
  const { send, cursor } = run;
  const source: StreamSource = {
    begin: send && ((signal) => send("/api/chat/stream", EVENT_STREAM, signal)),
    resume: createResume(call, CHAT_STREAMS),
  };
  for await (const events of readResumable(source, cursor, options)) {
    let text = "";
    for (const event of events) {
      if (event.reset) {
        text = "";
        reset(run, options);
      }
      text += event.content ?? "";
    }
    run.text += text;
    if (text) yield text;
    const last = events.at(-1);
    if (last?.error) throw failureFrom(last.error as StreamFailure);
    if (last?.done) return last as unknown as Ending;
  }
  return;
}

/** The rest of the text from the same run, as JSON. Words that are another attempt's begin anew. */
async function* wholeText(run: ChatRun, options: AnswerOptions): AsyncGenerator<string, Ending> {
  const { send } = run;
  options.onEvent({ type: "fallback" });
  if (!send) throw unreachable();
  const { answer } = await fetchWholeAnswer<ChatAnswer>(
    (signal) => send("/api/chat", "application/json", signal),
    ({ message }) => typeof message?.content === "string",
    options,
  );
  const { content } = answer.message;
  run.cursor.streamId = answer.streamId;
  if (!content.startsWith(run.text)) reset(run, options);
  const rest = content.slice(run.text.length);
  if (rest) yield rest;
  return answer;
}

/** Whether the streaming route was never reached: something on the way answers for it, or drops it. */
function isBlocked(error: unknown, { streamId, lastEventId }: Cursor): boolean {
  return !streamId && !lastEventId && hasCode(error, "network", "bad_response");
}

/** The answer's text; all else goes to `onEvent`. */
export async function* answerText(
  run: ChatRun,
  call: Call,
  options: AnswerOptions,
): AsyncGenerator<string, void> {
  let ending: Ending | undefined;
  let reconnect = options.reconnect;
  try {
    ending = yield* streamedText(run, call, options);
  } catch (error) {
    if (!isBlocked(error, run.cursor)) throw error;
    reconnect = { attempts: 0 };
  }
  ending ??= yield* wholeText(run, { ...options, reconnect });
  const { finishReason, usage, model } = ending;
  const droppedMessages = (ending.droppedMessages ?? 0) + (run.dropped ?? 0) || undefined;
  const { streamId } = run.cursor;
  options.onEvent({ type: "done", streamId, finishReason, usage, model, droppedMessages });
}
