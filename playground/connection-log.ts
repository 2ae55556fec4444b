import type { StreamChatEvent } from "asknewton/client";

/** One line of what the connection went through, for people. */
export function connectionWords(event: StreamChatEvent): string | undefined {
  switch (event.type) {
    case "open":
      return event.replayed ? "Answered again, from the first answer" : "Connected";
    case "reconnecting":
      return `Connection lost, try ${event.attempt} in ${(event.delayMs / 1000).toFixed(1)} s`;
    case "resumed":
      return `Resumed after event ${event.lastEventId}: no word lost, nothing paid twice`;
    case "reset":
      return "The server began the answer again";
    case "fallback":
      return "No stream gets through: waiting for the whole answer";
    case "done":
      return doneWords(event);
    default:
      return undefined;
  }
}

function doneWords({ usage, droppedMessages }: Extract<StreamChatEvent, { type: "done" }>): string {
  const tokens = usage.outputTokens > 0 ? `, ${usage.outputTokens} tokens` : "";
  return `Done${tokens}${droppedMessages ? `; ${droppedMessages} old messages left out` : ""}`;
}
