import type { ChatMessage, Persona, StreamChatEvent } from "asknewton/client";
import { type ChatStatus, useStreamedChat } from "asknewton/react";
import { useEffect, useId, useRef, useState } from "react";
import { Composer } from "./composer.tsx";
import { connectionWords } from "./connection-log.ts";
import { createCuttableFetch } from "./cuttable-fetch.ts";
import { ProblemNotice } from "./problem-notice.tsx";
import { Transcript } from "./transcript.tsx";

const STATUS_WORDS: Record<ChatStatus, string> = {
  idle: "Ready",
  connecting: "Newton is thinking",
  streaming: "Newton is writing",
  reconnecting: "Connection lost, reconnecting",
  done: "Answered",
  stopped: "Stopped",
  error: "Not answered",
};

const LOG_LINES = 4; // enough to see a loss and its mending

export interface ChatProps {
  readonly setId: string;
  readonly persona: Persona;
  /** The conversation so far; it stays when another persona is chosen. */
  readonly messages: readonly ChatMessage[];
  readonly onMessages: (messages: readonly ChatMessage[]) => void;
}

export function Chat({ setId, persona, messages, onMessages }: ChatProps) {
  const heading = useId();
  const head = useRef<HTMLHeadingElement>(null);
  const [network] = useState(createCuttableFetch);
  const [isCut, setIsCut] = useState(false);
  const [log, setLog] = useState<readonly { id: number; words: string }[]>([]);

  const onEvent = (event: StreamChatEvent) => {
    const words = connectionWords(event);
    if (words) setLog((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, words }].slice(-LOG_LINES));
  };
  const chat = useStreamedChat({
    fetch: network.fetch,
    persona: { setId, personaId: persona.id },
    onEvent,
  });
  const { streamingText, status, isLoading, error, sendMessages, stop } = chat;

  useEffect(() => head.current?.focus(), []);
  useEffect(() => () => network.setCut(false), [network]);

  const send = async (all: readonly ChatMessage[]) => {
    setLog([]);
    const answer = await sendMessages(all);
    if (answer !== undefined) onMessages([...all, { role: "assistant", content: answer }]);
  };
  const ask = (content: string) => {
    if (isLoading) return;
    // What was stopped in mid-word stays in the conversation, and is part of the next question.
    const kept: ChatMessage[] =
      status === "stopped" && streamingText ? [{ role: "assistant", content: streamingText }] : [];
    const all = [...messages, ...kept, { role: "user", content } as const];
    onMessages(all);
    void send(all);
  };
  const cut = (value: boolean) => {
    setIsCut(value);
    network.setCut(value);
  };
  const answered = messages.at(-1)?.role === "assistant";

  return (
    <section className="panel chat" aria-labelledby={heading}>
      <div className="section-head">
        <div>
          <h2 id={heading} ref={head} tabIndex={-1}>
            Newton, for {persona.name}
          </h2>
          <p className="quiet small">He knows who this is, and answers as the words are written.</p>
        </div>
        <label className="switch">
          <input
            type="checkbox"
            role="switch"
            aria-checked={isCut}
            checked={isCut}
            onChange={(event) => cut(event.target.checked)}
          />
          <span className="switch-track" aria-hidden="true" />
          Drop the connection
        </label>
      </div>
      <Transcript
        messages={messages}
        status={status}
        streamingText={answered ? "" : streamingText}
        name={persona.name}
      />
      {error && <ProblemNotice error={error} onRetry={() => void send(messages)} />}
      <div className="chat-state">
        <p className="pill" data-status={status} role="status">
          {STATUS_WORDS[status]}
        </p>
        <ol className="log small quiet" aria-label="The connection">
          {log.map(({ id, words }) => (
            <li key={id}>{words}</li>
          ))}
        </ol>
      </div>
      <Composer
        suggestions={messages.length === 0 ? persona.questionsToAsk.slice(0, 3) : []}
        isLoading={isLoading}
        ask={ask}
        stop={stop}
      />
    </section>
  );
}
