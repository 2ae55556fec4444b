import { characters } from "../http/validate.ts";
import type { ChatMessage } from "./schema.ts";

/** What of a conversation goes upstream. */
export interface History {
  readonly messages: readonly ChatMessage[];
  /** How many messages stayed behind; empty ones, which say nothing, do not count. */
  readonly dropped: number;
}

// The upstream refuses some of them, and no person means one.
const CONTROL = /[^\P{Cc}\t\n\r]/gu;

/**
 * The newest whole messages that have `maxChars` characters together at most, from a user's on; the last one
 * always. CONTRACT §5.
 */
export function fitHistory(messages: readonly ChatMessage[], maxChars: number): History {
  const whole = messages
    .map(({ role, content }) => ({ role, content: content.replace(CONTROL, "") }))
    .filter(({ content }, index) => content !== "" || index === messages.length - 1);
  const last = whole.length - 1;
  let begin = last;
  let left = maxChars - characters(whole[last]?.content ?? "");
  for (let index = last - 1; index >= 0; index -= 1) {
    left -= characters(whole[index]?.content ?? "");
    if (left < 0) break;
    if (whole[index]?.role === "user") begin = index;
  }
  return { messages: whole.slice(begin), dropped: begin };
}
