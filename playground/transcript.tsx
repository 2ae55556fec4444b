import type { ChatMessage } from "asknewton/client";
import type { ChatStatus } from "asknewton/react";
import { useEffect, useRef } from "react";

const NEAR_END_PX = 80; // whoever has scrolled further up is reading there

/** It scrolls, so the keyboard has to reach it. */
const FOCUSABLE = { tabIndex: 0 };

interface TranscriptProps {
  readonly messages: readonly ChatMessage[];
  /** The answer that is being written, or was not finished. */
  readonly streamingText: string;
  readonly status: ChatStatus;
  readonly name: string;
}

/** Read out once an answer is whole, not word by word. */
export function Transcript({ messages, streamingText, status, name }: TranscriptProps) {
  const box = useRef<HTMLElement>(null);
  const waiting = status === "connecting" || (status === "reconnecting" && streamingText === "");
  const writing = waiting || status === "streaming" || status === "reconnecting";
  // After every change: what it follows is all that is shown here.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (left < NEAR_END_PX + element.clientHeight / 2) element.scrollTop = element.scrollHeight;
  });

  const numbered = messages.map((message, id) => ({ ...message, id }));
  return (
    <section
      className="transcript"
      ref={box}
      aria-label="Conversation"
      aria-live="polite"
      aria-busy={writing}
      {...FOCUSABLE}
    >
      {messages.length === 0 && (
        <p className="quiet transcript-empty">Ask anything that {name.split(" ")[0]} would want to know.</p>
      )}
      {numbered.map(({ role, content, id }) => (
        <p className="message" data-role={role} key={id}>
          <span className="unseen">{role === "user" ? "You: " : "Newton: "}</span>
          {content}
        </p>
      ))}
      {waiting && (
        <p className="message waiting" data-role="assistant">
          <span className="unseen">Newton is thinking</span>
          <span className="dot" />
          <span className="dot" />
          <span className="dot" />
        </p>
      )}
      {streamingText && (
        <p className="message" data-role="assistant" data-writing={writing}>
          <span className="unseen">Newton: </span>
          {streamingText}
        </p>
      )}
    </section>
  );
}
