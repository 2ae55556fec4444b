import { type StreamedChat, type UseStreamedChatOptions, useStreamedChat } from "asknewton/react";
import { useLayoutEffect, useRef } from "react";
import { answered, asked, askedAgain, type Conversation, toMessages } from "./conversation.ts";

const ENDINGS = { done: undefined, stopped: "stopped", error: "failed" } as const;

export interface Conversing extends StreamedChat {
  readonly ask: (question: string) => void;
  readonly askAgain: () => void;
}

/**
 * A conversation that keeps whatever was said. An answer that is awaited is asked for, after a reload as well: its
 * key is the same, so it is taken up where it is, or found where it has ended.
 */
export function useConversation(
  conversation: Conversation,
  onChange: (conversation: Conversation) => void,
  options: UseStreamedChatOptions,
): Conversing {
  const chat = useStreamedChat(options);
  const { status, streamingText, sendMessages, isLoading } = chat;
  const sent = useRef<string>(undefined);
  const { awaited } = conversation;

  // Before anything is drawn: an answer that ends changes its place, and must not be gone for a moment.
  useLayoutEffect(() => {
    if (!awaited || sent.current !== awaited || !(status in ENDINGS)) return;
    sent.current = undefined;
    onChange(answered(conversation, streamingText, ENDINGS[status as keyof typeof ENDINGS]));
  }, [awaited, conversation, onChange, status, streamingText]);

  useLayoutEffect(() => {
    if (!awaited || sent.current === awaited) return;
    sent.current = awaited;
    void sendMessages(toMessages(conversation), { idempotencyKey: awaited });
  }, [awaited, conversation, sendMessages]);

  return {
    ...chat,
    ask: (question) => isLoading || onChange(asked(conversation, question)),
    askAgain: () => isLoading || onChange(askedAgain(conversation)),
  };
}
