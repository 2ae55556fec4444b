import type { EraseAnswer } from "./schema.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;

export interface Lifetimes {
  /** How long a finished chat can be resumed. Seconds. */
  readonly chatStreamSeconds: number;
}

/**
 * Where something of a person may still be after an erasure, out of the service's reach, and when it ends by itself:
 * the lifetimes that the service gave its copies, and those that Cloudflare and OpenAI state.
 */
export function remainsAfterErasure(now: number, { chatStreamSeconds }: Lifetimes): EraseAnswer["remains"] {
  const lifetimes: Record<string, number> = {
    "other isolates' memory": 60 * SECOND_MS,
    "other colos' edge caches": 300 * SECOND_MS,
    "anonymous chats that named no persona of theirs": chatStreamSeconds * SECOND_MS,
    "queued messages of pregeneration, which are dropped unread": 4 * DAY_MS,
    "the platform's logs, by hashes": 7 * DAY_MS,
    "backups: D1's and the Durable Objects' point-in-time recovery": 30 * DAY_MS,
    "the upstream's abuse monitoring": 30 * DAY_MS,
    "browsers and proxies that have loaded a portrait": 365 * DAY_MS,
  };
  return Object.entries(lifetimes).map(([where, ms]) => ({ where, until: new Date(now + ms).toISOString() }));
}
