import { setTimeout as delay } from "node:timers/promises";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";

export interface Counts {
  chats: number;
  others: number;
  failed: number;
}

interface Set {
  readonly personas: readonly { readonly imageUrl: string }[];
}

/** A beat: what two cores do beside all else. Milliseconds. */
const CHAT_EVERY_MS = 100;
/** Every so many-th of the others is a new set and a look at its portrait; the rest are hits. */
const NEW_SET_EVERY = 20;
const MAX_UNANSWERED = 32;

type Name = Exclude<keyof Counts, "failed">;

let asked = 0;

async function chat(url: URL): Promise<void> {
  asked += 1;
  const question = `question ${asked} of ${process.pid}: what is a deductible?`;
  await ask(url, JSON.stringify({ messages: [{ role: "user", content: question }] }));
}

async function look(url: URL, made: string): Promise<void> {
  const { personas } = JSON.parse(made) as Set;
  const response = await fetch(new URL(new URL(personas[0]?.imageUrl ?? "").pathname, url));
  await response.arrayBuffer();
}

/** Everything but chats: a set that is known, again and again, and now and then a new one with its portrait. */
function createOthers(origin: URL) {
  const url = new URL(GENERATE_PATH, origin);
  const known = newLead(1).body;
  let beats = 0;
  return async (): Promise<void> => {
    beats += 1;
    const isNew = beats % NEW_SET_EVERY === 0;
    const { text } = await ask(url, isNew ? newLead(1).body : known);
    if (isNew) await look(origin, text);
  };
}

/** One beat after another until `until`; past so many that are not answered, the next one waits. */
async function pace(work: () => Promise<void>, until: number, counts: Counts, name: Name): Promise<void> {
  const unanswered = new Set<Promise<void>>();
  const count = (outcome: keyof Counts) => () => {
    counts[outcome] += 1;
  };
  while (Date.now() < until) {
    const one = work().then(count(name), count("failed"));
    unanswered.add(one);
    void one.then(() => unanswered.delete(one));
    await delay(CHAT_EVERY_MS);
    if (unanswered.size >= MAX_UNANSWERED) await Promise.race(unanswered);
  }
  await Promise.all(unanswered);
}

/** New chats alone, as the bare Worker can answer them. `counts` goes up as they are answered. */
export async function chatLoad(url: URL, until: number, counts: Counts): Promise<void> {
  await pace(() => chat(url), until, counts, "chats");
}

/** The same chats, and beside them sets and portraits. */
export async function mixedLoad(origin: URL, until: number, counts: Counts): Promise<void> {
  const chats = chatLoad(new URL("/api/chat/stream", origin), until, counts);
  await Promise.all([chats, pace(createOthers(origin), until, counts, "others")]);
}
