import type { ConnectionEvent } from "./connection-events.ts";
import type { StreamEvent } from "./event-stream.ts";
import { type Feed, follow } from "./follow.ts";
import type { ReconnectOptions } from "./patience.ts";
import type { Place } from "./place.ts";
import { failureFrom, streamLost, unreachable } from "./problem.ts";
import type { Call, ConnectionOptions } from "./request.ts";
import { CHAT_STREAMS, EVENT_STREAM, resumer } from "./routes.ts";
import { askWhole } from "./whole.ts";
import type {
  ChatAnswer,
  ChatMessage,
  FinishReason,
  PersonaReference,
  StreamFailure,
  Usage,
} from "./wire.ts";

export type StreamChatEvent =
  | ConnectionEvent
  /** The answer is whole. */
  | {
      readonly type: "done";
      readonly streamId: string | undefined;
      readonly finishReason: FinishReason;
      readonly usage: Usage;
    };

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

/** One answer: begun by `body` and its key, or, without them, by someone else. */
export interface ChatRun {
  readonly body?: {
    readonly messages: readonly ChatMessage[];
    readonly persona?: PersonaReference | undefined;
  };
  readonly idempotencyKey?: string;
  readonly place: Place;
}

/** Options whose gaps are filled. */
type Told = StreamOptions & {
  readonly signal: AbortSignal;
  readonly onEvent: (event: StreamChatEvent) => void;
};

function feedOf(run: ChatRun, call: Call): Feed {
  return {
    restartable: false,
    begin: run.body && ((signal) => post("/api/chat/stream", EVENT_STREAM, run, call, signal)),
    resume: resumer(call, CHAT_STREAMS),
  };
}

async function post(path: string, accept: string, run: ChatRun, call: Call, signal: AbortSignal) {
  const { body, idempotencyKey = "" } = run;
  if (!body) throw unreachable();
  const headers = { Accept: accept, "Idempotency-Key": idempotencyKey };
  return await call(path, { method: "POST", headers, body, signal });
}

const textOf = (events: readonly StreamEvent[]) => events.map(({ content }) => content ?? "").join("");

/** The whole answer, where no stream brought it: from the same run, whose first words were `said`. */
async function wholeAnswer(run: ChatRun, said: string, call: Call, options: Told): Promise<ChatAnswer> {
  options.onEvent({ type: "fallback" });
  const { answer } = await askWhole<ChatAnswer>(
    (signal) => post("/api/chat", "application/json", run, call, signal),
    ({ message }) => typeof message?.content === "string",
    options,
  );
  // Another run, since the first one failed unseen, has other words.
  if (!answer.message.content.startsWith(said)) throw streamLost();
  return answer;
}

/** The answer's text; `onEvent` is told of the rest. */
export async function* answerText(run: ChatRun, call: Call, options: Told): AsyncGenerator<string, void> {
  const { place } = run;
  let said = "";
  const done = ({ finishReason, usage }: Pick<ChatAnswer, "finishReason" | "usage">) =>
    options.onEvent({ type: "done", streamId: place.streamId, finishReason, usage });

  for await (const events of follow(feedOf(run, call), place, options)) {
    const text = textOf(events);
    said += text;
    if (text) yield text;
    const last = events.at(-1);
    if (last?.error) throw failureFrom(last.error as StreamFailure);
    if (last?.done) return done(last as unknown as ChatAnswer);
  }
  const answer = await wholeAnswer(run, said, call, options);
  place.streamId = answer.streamId;
  const rest = answer.message.content.slice(said.length);
  if (rest) yield rest;
  done(answer);
}
