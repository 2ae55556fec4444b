import { type KeyboardEvent, useId, useState } from "react";

interface ComposerProps {
  readonly suggestions: readonly string[];
  readonly isLoading: boolean;
  readonly ask: (question: string) => void;
  readonly stop: () => void;
}

const MAX_CHARS = 16_000; // the service takes no more in one message

/** Enter sends, Shift and Enter makes a new line. */
export function Composer({ suggestions, isLoading, ask, stop }: ComposerProps) {
  const id = useId();
  const [text, setText] = useState("");
  const send = () => {
    const question = text.trim();
    if (question === "" || isLoading) return;
    setText("");
    ask(question);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer">
      {suggestions.length > 0 && (
        <ul className="suggestions" aria-label="Questions to begin with">
          {suggestions.map((question) => (
            <li key={question}>
              <button type="button" className="chip chip-long" onClick={() => ask(question)}>
                {question}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-row">
        <label className="unseen" htmlFor={id}>
          Your question
        </label>
        <textarea
          id={id}
          onKeyDown={onKeyDown}
          rows={1}
          maxLength={MAX_CHARS}
          placeholder="Ask Newton…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button
          type="button"
          className={isLoading ? "button button-stop" : "button button-main"}
          onClick={isLoading ? stop : send}
        >
          {isLoading ? "Stop" : "Send"}
        </button>
      </div>
    </div>
  );
}
