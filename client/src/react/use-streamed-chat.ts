import { useCallback, useRef, useState } from "react";
import {
  type ChatMessage,
  newKey,
  type PersonaReference,
  type StreamChatEvent,
  type StreamChatOptions,
  streamChat,
} from "../index.ts";
import { asError } from "./as-error.ts";
import { useLatest } from "./use-latest.ts";
import { useUnmount } from "./use-unmount.ts";

/**
 * `connecting`: sent, no word yet, or none since the answer began again. `reconnecting`: the connection is lost
 * and being made anew. `done`, `stopped` and `error` last until the next send; their text stays.
 */
export type ChatStatus = "idle" | "connecting" | "streaming" | "reconnecting" | "done" | "stopped" | "error";

export type UseStreamedChatOptions = Omit<StreamChatOptions, "signal" | "idempotencyKey" | "keepRunning">;

export interface SendMessagesOptions {
  readonly persona?: PersonaReference | undefined;
  /** Names this send, as a page wants that takes it up again after a reload. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
}

export interface StreamedChat {
  /** The answer so far; it starts anew where the service had to begin the answer again. */
  readonly streamingText: string;
  readonly status: ChatStatus;
  /** An answer is awaited or being written: another send is refused. */
  readonly isLoading: boolean;
  /** `AskNewtonError`, but for what an `onEvent` or `headers` of yours threw. */
  readonly error: Error | undefined;
  /**
   * Sends, and resolves with the whole answer; with undefined where it was refused, stopped or failed. Never
   * rejects. The same again after an error is the same send: what was paid for is not paid for twice.
   */
  readonly sendMessages: (
    messages: readonly ChatMessage[],
    options?: SendMessagesOptions,
  ) => Promise<string | undefined>;
  /** Stops the answer, here and where it is made. */
  readonly stop: () => void;
}

interface Shown {
  readonly streamingText: string;
  readonly status: ChatStatus;
  readonly error: Error | undefined;
}

const IDLE: Shown = { streamingText: "", status: "idle", error: undefined };
const LOADING: readonly ChatStatus[] = ["connecting", "streaming", "reconnecting"];

function statusAfter(event: StreamChatEvent, { streamingText }: Shown): ChatStatus {
  if (event.type === "reconnecting") return "reconnecting";
  if (event.type === "done") return event.finishReason === "stopped" ? "stopped" : "done";
  return streamingText === "" ? "connecting" : "streaming";
}

interface Send {
  readonly controller: AbortController;
  /** What is sent, to know it again. */
  readonly content: string;
  readonly key: string;
}

/** One answer at a time, as it is written. When its component is unmounted it is stopped. */
export function useStreamedChat(options: UseStreamedChatOptions = {}): StreamedChat {
  const [shown, setShown] = useState(IDLE);
  const latest = useLatest(options);
  const running = useRef<Send>(undefined);
  const failed = useRef<Send>(undefined);

  const stop = useCallback(() => {
    if (!running.current) return;
    running.current.controller.abort();
    running.current = undefined;
    setShown((before) => ({ ...before, status: "stopped" }));
  }, []);
  useUnmount(stop);

  const read = useCallback(
    async (send: Send, messages: readonly ChatMessage[], persona: PersonaReference | undefined) => {
      const { signal } = send.controller;
      let now: Shown = { ...IDLE, status: "connecting" };
      const show = (change: Partial<Shown>) => {
        now = { ...now, ...change };
        if (running.current === send) setShown(now);
      };
      const onEvent = (event: StreamChatEvent) => {
        if (event.type === "reset") show({ streamingText: "" });
        show({ status: statusAfter(event, now) });
        if (running.current === send) latest.current.onEvent?.(event);
      };
      show({});
      try {
        const chat = { ...latest.current, persona, signal, idempotencyKey: send.key, onEvent };
        for await (const text of streamChat(messages, chat))
          show({ streamingText: now.streamingText + text, status: "streaming" });
      } catch (error) {
        if (!signal.aborted) failed.current = send;
        show({ status: "error", error: asError(error) });
      }
      return now;
    },
    [latest],
  );

  const sendMessages = useCallback<StreamedChat["sendMessages"]>(
    async (messages, { persona = latest.current.persona, idempotencyKey } = {}) => {
      if (running.current) return undefined;
      const content = JSON.stringify([messages, persona]);
      const again = failed.current?.content === content;
      const send: Send = {
        controller: new AbortController(),
        content,
        key: idempotencyKey ?? ((again && failed.current?.key) || newKey()),
      };
      failed.current = undefined;
      running.current = send;
      try {
        const { status, streamingText } = await read(send, messages, persona);
        return status === "done" ? streamingText : undefined;
      } finally {
        if (running.current === send) running.current = undefined;
      }
    },
    [latest, read],
  );

  return { ...shown, isLoading: LOADING.includes(shown.status), sendMessages, stop };
}
