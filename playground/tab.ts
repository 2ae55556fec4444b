import type { PersonaSet } from "asknewton/client";
import { type Conversation, EMPTY, type Said } from "./conversation.ts";
import type { Lead } from "./leads.ts";

const NAME = "asknewton.tab";
// At least what the client sends of a conversation, so that the same send stays the same; far below the five
// million characters that browsers keep.
const MAX_CHARS = 1_000_000;
const MAX_MESSAGES = 1_000;

/** What a reload of this tab brings back. */
export interface Tab {
  readonly lead: Lead;
  readonly set: PersonaSet;
  readonly selectedId?: string | undefined;
  readonly conversation: Conversation;
}

function newest(said: readonly Said[]): readonly Said[] {
  let chars = 0;
  const kept: Said[] = [];
  for (const message of said.slice(-MAX_MESSAGES).reverse()) {
    chars += message.content.length;
    kept.push(message);
    if (chars > MAX_CHARS) break;
  }
  return kept.reverse();
}

export function keepTab({ conversation, ...tab }: Tab): void {
  const kept: Tab = { ...tab, conversation: { ...conversation, said: newest(conversation.said) } };
  try {
    sessionStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // no room, or none allowed: then a reload brings nothing back
  }
}

/** Undefined in a new tab. */
export function readTab(): Tab | undefined {
  try {
    const tab: Tab | null = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return tab?.set && tab.lead ? { ...tab, conversation: tab.conversation ?? EMPTY } : undefined;
  } catch {
    return undefined;
  }
}
