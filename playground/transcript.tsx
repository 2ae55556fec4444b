import type { ChatStatus } from "asknewton/react";
import { useRef } from "react";
import type { Said } from "./conversation.ts";
import Markdown from "./markdown.tsx";
import { Message } from "./message.tsx";
import { useFollow } from "./use-follow.ts";

/** It scrolls, so the keyboard has to reach it. */
const FOCUSABLE = { tabIndex: 0 };

interface TranscriptProps {
  readonly said: readonly Said[];
  /** The answer that is being written; undefined where none is awaited. */
  readonly writing: string | undefined;
  readonly status: ChatStatus;
  readonly name: string;
  readonly onAgain: () => void;
}

function Waiting() {
  return (
    <p className="message waiting" data-role="assistant">
      <span className="unseen">Newton is thinking</span>
      <span className="dot" />
      <span className="dot" />
      <span className="dot" />
    </p>
  );
}

/** Read out once an answer is whole, not word by word. */
export function Transcript({ said, writing, status, name, onAgain }: TranscriptProps) {
  const box = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const last = said.at(-1);
  useFollow(box, content, said.findLast(({ role }) => role === "user")?.id);
  return (
    <section
      className="transcript"
      ref={box}
      aria-label="Conversation"
      aria-live="polite"
      aria-busy={writing !== undefined}
      {...FOCUSABLE}
    >
      <div className="transcript-content" ref={content}>
        {said.length === 0 && (
          <p className="quiet transcript-empty">Ask anything that {name.split(" ")[0]} would want to know.</p>
        )}
        {said.map((message) => (
          <Message key={message.id} said={message} onAgain={message === last ? onAgain : undefined} />
        ))}
        {writing === "" && <Waiting />}
        {writing && (
          <div className="message" data-role="assistant" data-writing={status !== "idle"}>
            <span className="unseen">Newton: </span>
            <Markdown text={writing} writing={true} />
          </div>
        )}
      </div>
    </section>
  );
}
