import type { UIMessage } from "ai";
import type { ChatMessage } from "../index.ts";

function joinText({ parts }: UIMessage): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/**
 * The text of a conversation, which is all that the service takes. Messages without any are left out, such as
 * an answer that was stopped before its first word; so are system messages: that prompt is the service's own.
 */
export function chatMessages(messages: readonly UIMessage[]): ChatMessage[] {
  return messages.flatMap((message) => {
    const content = joinText(message);
    return content === "" || message.role === "system" ? [] : [{ role: message.role, content }];
  });
}
