import type { ChatMessage } from "./api-types.ts";

// What the service takes in one request: 1 MiB, some of it for the persona and commas, and 1,000 messages.
const MAX_BYTES = 1_000_000;
const MAX_MESSAGES = 1_000;
/** What it takes back of an answer. */
const MAX_ANSWER_CHARS = 200_000;

/** As the service takes it: without a page's own members, and half a character, which a page may have cut, made good. */
function sendable({ role, content }: ChatMessage): ChatMessage {
  const kept = content.slice(0, role === "user" ? Infinity : MAX_ANSWER_CHARS);
  return { role, content: kept.replace(/\p{Cs}/gu, "\ufffd") };
}

/** The newest messages that one request holds, the last one always; the service keeps fewer in mind. */
export function newestMessages(all: readonly ChatMessage[]): ChatMessage[] {
  const messages = all.slice(-MAX_MESSAGES).map(sendable);
  let from = messages.length;
  for (let bytes = 0; from > 0; from -= 1) {
    bytes += new TextEncoder().encode(JSON.stringify(messages[from - 1])).length;
    if (bytes >= MAX_BYTES) break;
  }
  return messages.slice(Math.min(from, messages.length - 1));
}
