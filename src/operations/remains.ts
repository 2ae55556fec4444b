import type { EraseAnswer } from "./schema.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Lifetimes {
  /** How long a chat is kept, under way and finished, the longest: one with an Idempotency-Key. Milliseconds. */
  readonly chatMs: number;
}

/**
 * Where something of a person may still be after an erasure, out of the service's reach, and when it ends by itself:
 * the lifetimes that the service gave its copies, and those that Cloudflare and OpenAI state.
 */
export function remainsAfterErasure(now: number, { chatMs }: Lifetimes): EraseAnswer["remains"] {
  const lifetimes: Record<string, number> = {
    "other isolates' memory": 60 * SECOND_MS,
    "other colos' edge caches": 300 * SECOND_MS,
    "anonymous chats that named no persona of theirs": chatMs,
    "queued messages of pregeneration, which are dropped unread": 4 * DAY_MS,
    "a batch at the upstream that is under way, whose file goes when it ends": 25 * HOUR_MS,
    "the platform's logs and traces, by hashes and ids": 7 * DAY_MS,
    "backups: D1's and the Durable Objects' point-in-time recovery": 30 * DAY_MS,
    "the upstream's abuse monitoring": 30 * DAY_MS,
    "browsers and proxies that have loaded a portrait": 365 * DAY_MS,
  };
  return Object.entries(lifetimes).map(([where, ms]) => ({ where, until: new Date(now + ms).toISOString() }));
}
