import { type ChatMessage, newKey } from "asknewton/client";
import { redact } from "../src/redact.ts";

/** A message, and how it ended where that was not well. */
export interface Said extends ChatMessage {
  readonly id: number;
  readonly ending?: "stopped" | "failed" | undefined;
  /** The send of an answer that failed: to try again under the same key pays for nothing twice. */
  readonly key?: string | undefined;
}

export interface Conversation {
  readonly said: readonly Said[];
  /** The key of the send whose answer is awaited. */
  readonly awaited?: string | undefined;
}

export const EMPTY: Conversation = { said: [] };

const nextId = (said: readonly Said[]) => (said.at(-1)?.id ?? 0) + 1;

/** The service would remove the same; here the person sees it, and the tab does not keep it either. */
export function asked({ said }: Conversation, content: string): Conversation {
  const question: Said = { id: nextId(said), role: "user", content: redact(content.toWellFormed()) };
  return { said: [...said, question], awaited: newKey() };
}

/** With an answer, or what there was of it. */
export function answered(
  { said, awaited }: Conversation,
  content: string,
  ending: Said["ending"],
): Conversation {
  const key = ending === "failed" ? awaited : undefined;
  return { said: [...said, { id: nextId(said), role: "assistant", content, ending, key }] };
}

/** The last question once more. The same send where it failed; one that was stopped is over, so it is a new one. */
export function askedAgain({ said }: Conversation): Conversation {
  return { said: said.slice(0, -1), awaited: said.at(-1)?.key ?? newKey() };
}

/** What is sent: answers as far as they came. */
export function toMessages({ said }: Conversation): readonly ChatMessage[] {
  return said.filter(({ content }) => content !== "");
}
