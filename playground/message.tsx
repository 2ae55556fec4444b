import { memo, useEffect, useState } from "react";
import type { Said } from "./conversation.ts";
import Markdown from "./markdown.tsx";

const COPIED_MS = 2_000; // long enough to be read

const MARKS = {
  stopped: ["Stopped here.", "Stopped before the first word."],
  failed: ["The answer broke off here.", "No answer came."],
} as const;

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!navigator.clipboard) return null; // a page without https has none
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {}, // the browser does not allow it, and says so
    );
  return (
    <button type="button" className="button-link" onClick={copy}>
      {copied ? "Copied" : "Copy"}
    </button>
  );
}

interface MessageProps {
  readonly said: Said;
  /** Asks once more; missing where something else follows. */
  readonly onAgain?: (() => void) | undefined;
}

/** Rendered again only where it changes: a long conversation costs nothing while an answer is written. */
export const Message = memo(function Message({ said: { role, content, ending }, onAgain }: MessageProps) {
  if (role === "user")
    return (
      <p className="message" data-role="user">
        <span className="unseen">You: </span>
        {content}
      </p>
    );
  return (
    <div className="message" data-role="assistant" data-ending={ending}>
      <span className="unseen">Newton: </span>
      {content && <Markdown text={content} writing={false} />}
      <div className="message-end small">
        {ending && <p className="quiet">{MARKS[ending][content ? 0 : 1]}</p>}
        {content && <CopyButton text={content} />}
        {ending && onAgain && (
          <button type="button" className="button-link" onClick={onAgain}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
});
