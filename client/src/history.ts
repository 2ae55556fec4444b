import type { ChatMessage } from "./api-types.ts";

// What the service takes in one request: 1 MiB, some of it for the persona, and 1,000 messages.
const MAX_BYTES = 1_000_000;
const MAX_MESSAGES = 1_000;

/**
 * The newest messages that one request holds, the last one always; the service keeps fewer in mind. A page's
 * messages may have members of its own, which the service refuses.
 */
export function newestMessages(all: readonly ChatMessage[]): ChatMessage[] {
  const messages = all.slice(-MAX_MESSAGES).map(({ role, content }) => ({ role, content }));
  const encoder = new TextEncoder();
  let bytes = 0;
  let from = messages.length;
  while (from > 0 && bytes < MAX_BYTES) {
    from -= 1;
    bytes += encoder.encode(JSON.stringify(messages[from])).length + 1; // and its comma
  }
  return messages.slice(bytes < MAX_BYTES || from === messages.length - 1 ? from : from + 1);
}
