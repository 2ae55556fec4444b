import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import {
  AskNewtonError,
  type PersonaReference,
  resumeChat,
  type StreamChatOptions,
  type StreamOptions,
  stopChat,
  streamChat,
} from "../index.ts";
import { type ActiveStreams, type ChatStorage, createActiveStreams } from "./active-streams.ts";
import { openAnswer } from "./answer.ts";
import { chatMessages } from "./messages.ts";

export interface AskNewtonChatTransportOptions
  extends Omit<StreamChatOptions, "signal" | "idempotencyKey" | "keepRunning"> {
  /** Where the streams of unfinished answers are kept, for `resume`. Default: the tab's `sessionStorage`. */
  readonly storage?: ChatStorage | undefined;
}

type SendOptions<M extends UIMessage> = Parameters<ChatTransport<M>["sendMessages"]>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>["reconnectToStream"]>[0];

/** The service's headers and those of one call, which win. */
function withHeaders(
  given: StreamOptions["headers"],
  own: ReconnectOptions["headers"],
): StreamOptions["headers"] {
  if (!own) return given;
  return async () => {
    const all = new Headers(typeof given === "function" ? await given() : given);
    new Headers(own).forEach((value, name) => {
      all.set(name, value);
    });
    return all;
  };
}

/**
 * The AI SDK's `useChat` on `streamChat`: it reconnects by itself, stops the answer where it is made, and with
 * `resume: true` resumes an unfinished answer after a reload.
 */
export class AskNewtonChatTransport<UI_MESSAGE extends UIMessage = UIMessage>
  implements ChatTransport<UI_MESSAGE>
{
  /** A reconnection gives the answer from its first word. */
  readonly resumeStreamIsReplay = true;
  readonly #options: AskNewtonChatTransportOptions;
  readonly #activeStreams: ActiveStreams;
  /** The signal of each chat's latest reconnection, while that goes on. */
  readonly #reconnections = new Map<string, AbortSignal | undefined>();

  constructor(options: AskNewtonChatTransportOptions = {}) {
    this.#options = options;
    this.#activeStreams = createActiveStreams(options.storage);
  }

  /** `body` may have a `persona` for this send. */
  async sendMessages(send: SendOptions<UI_MESSAGE>): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, messages, abortSignal, headers, body } = send;
    const { persona = this.#options.persona } = (body ?? {}) as { persona?: PersonaReference };
    const activeStreams = this.#activeStreams;
    abortSignal?.addEventListener("abort", () => activeStreams.delete(chatId));
    const { stream } = openAnswer({
      chatId,
      activeStreams,
      options: this.#with(headers),
      open: (options) => streamChat(chatMessages(messages), { ...options, persona, signal: abortSignal }),
    });
    return stream;
  }

  /** Null where there is nothing to resume. */
  async reconnectToStream(request: ReconnectOptions): Promise<ReadableStream<UIMessageChunk> | null> {
    const { chatId, abortSignal, headers } = request;
    const streamId = this.#activeStreams.get(chatId);
    if (!streamId) return null;
    const options = this.#with(headers);
    this.#reconnections.set(chatId, abortSignal);
    const onEnd = () => void this.#reconnections.delete(chatId);
    abortSignal?.addEventListener("abort", () => this.#stopLater(chatId, streamId, abortSignal, options));
    const { stream, opened } = openAnswer({
      chatId,
      activeStreams: this.#activeStreams,
      options,
      onEnd,
      open: (chat) => resumeChat(streamId, { ...chat, signal: abortSignal, keepRunning: true }),
    });
    try {
      await opened;
      return stream;
    } catch (error) {
      if (!(error instanceof AskNewtonError) || !/^(not_found|stream_lost)$/.test(error.code)) throw error;
      this.#activeStreams.delete(chatId);
      return null;
    }
  }

  /** Strict Mode aborts a reconnection and makes it again in one go: then there is nothing to stop. */
  #stopLater(chatId: string, streamId: string, signal: AbortSignal, options: StreamOptions): void {
    setTimeout(() => {
      if (this.#reconnections.get(chatId) !== signal) return;
      this.#reconnections.delete(chatId);
      this.#activeStreams.delete(chatId);
      stopChat({ streamId }, options).catch(() => {});
    }, 0);
  }

  #with(headers: ReconnectOptions["headers"]): StreamOptions {
    return { ...this.#options, headers: withHeaders(this.#options.headers, headers) };
  }
}
