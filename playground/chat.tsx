import type { Persona, StreamChatEvent } from "asknewton/client";
import type { ChatStatus } from "asknewton/react";
import { useEffect, useId, useRef, useState } from "react";
import { Composer } from "./composer.tsx";
import { connectionWords } from "./connection-log.ts";
import type { Conversation } from "./conversation.ts";
import { createCuttableFetch } from "./cuttable-fetch.ts";
import { ProblemNotice } from "./problem-notice.tsx";
import { Transcript } from "./transcript.tsx";
import { useConversation } from "./use-conversation.ts";
import { useLatestCallback } from "./use-latest-callback.ts";

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
  readonly conversation: Conversation;
  readonly onConversation: (conversation: Conversation) => void;
}

export function Chat({ setId, persona, conversation, onConversation }: ChatProps) {
  const heading = useId();
  const head = useRef<HTMLHeadingElement>(null);
  const [network] = useState(createCuttableFetch);
  const [isCut, setIsCut] = useState(false);
  const [log, setLog] = useState<readonly { id: number; words: string }[]>([]);

  const onEvent = (event: StreamChatEvent) => {
    const words = connectionWords(event);
    if (words) setLog((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, words }].slice(-LOG_LINES));
  };
  const chat = useConversation(conversation, onConversation, {
    fetch: network.fetch,
    persona: { setId, personaId: persona.id },
    onEvent,
  });
  const { streamingText, status, isLoading, error, stop } = chat;
  const { said, awaited } = conversation;

  useEffect(() => {
    // After a reload the person is where they were, not here.
    if (document.activeElement !== document.body) head.current?.focus();
  }, []);
  useEffect(() => () => network.setCut(false), [network]);

  const ask = (question: string) => {
    setLog([]);
    chat.ask(question);
  };
  const askAgain = useLatestCallback(() => {
    setLog([]);
    chat.askAgain();
  });
  const cut = (value: boolean) => {
    setIsCut(value);
    network.setCut(value);
  };

  return (
    <section className="panel chat" aria-labelledby={heading}>
      <div className="section-head">
        <div>
          <h2 id={heading} ref={head} tabIndex={-1}>
            Newton, for {persona.name}
          </h2>
          <p className="quiet small">
            An AI that knows who this is. Its answers can be wrong, and are no medical, legal or tax advice.
          </p>
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
        said={said}
        writing={awaited && isLoading ? streamingText : undefined}
        status={status}
        name={persona.name}
        onAgain={askAgain}
      />
      {error && <ProblemNotice error={error} />}
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
        suggestions={said.length === 0 ? persona.questionsToAsk.slice(0, 3) : []}
        isLoading={isLoading}
        ask={ask}
        stop={stop}
      />
    </section>
  );
}
