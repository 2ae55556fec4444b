import { createMessageBatch, createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { openDatabase } from "../../src/db/client.ts";
import { personaImages } from "../../src/db/schema.ts";
import { sha256 } from "../../src/hash.ts";
import type { PersonaSet, Traits } from "../../src/personas/schema.ts";
import { insertPortraits } from "../../src/portraits/jobs/insert.ts";
import { imageKey } from "../../src/portraits/key.ts";
import worker from "../../src/worker.ts";
import { call, generate, newLead, setOf, until } from "./api.ts";
import { type Call, calls, script } from "./upstream.ts";

export const QUEUE = "asknewton-image-jobs";
export const FIVE_MINUTES = "*/5 * * * *";
export const DAILY = "23 3 * * *";

const STYLE = { model: "gpt-image-2.6-flare", size: "1024x1024", quality: "medium" };

/** What the image call of one portrait is recognised by: it is in the prompt. */
export function newMarker(): string {
  return `look-${crypto.randomUUID()}`;
}

/** Asks for a set of just these personas, by a lead of its own. */
export async function setWith(personas: readonly Traits[], more: object = {}): Promise<PersonaSet> {
  const leadData = newLead();
  await script(leadData.name, [{ content: JSON.stringify({ personas }) }]);
  return await setOf(await generate({ leadData, config: { count: personas.length }, ...more }));
}

export function keyOf(imageUrl: string | undefined): string {
  return imageUrl?.split("/images/")[1] ?? "";
}

/** Puts portraits among the jobs and tells nobody. */
export async function announce(markers: readonly string[], initials = "AS"): Promise<string[]> {
  return await Promise.all(
    markers.map(async (prompt) => {
      const key = imageKey(prompt, STYLE, sha256);
      const options = { style: STYLE, now: Date.now(), economy: false };
      await insertPortraits(openDatabase(env.DB), [{ key, prompt, initials }], options);
      return key;
    }),
  );
}

/** One invocation of the queue's consumer; rejects where it fails. */
export async function consume(queue = QUEUE): Promise<void> {
  const message = { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body: {} };
  await worker.queue(createMessageBatch(queue, [message]), env);
}

export async function cron(pattern: string): Promise<void> {
  await worker.scheduled(createScheduledController({ cron: pattern }), env);
}

export type PortraitRow = typeof personaImages.$inferSelect;

export async function ledger(keys: readonly string[]): Promise<PortraitRow[]> {
  const rows = await openDatabase(env.DB).select().from(personaImages);
  return keys.flatMap((key) => rows.filter(({ imageKey: found }) => found === key));
}

export async function alter(key: string, set: Partial<PortraitRow>): Promise<void> {
  await openDatabase(env.DB).update(personaImages).set(set).where(eq(personaImages.imageKey, key));
}

export async function imageCalls(marker: string): Promise<Call[]> {
  return (await calls(marker)).filter(({ path }) => path.endsWith("/images/generations"));
}

export async function statusOf(key: string): Promise<string | null> {
  const response = await call(`/images/${key}`);
  await response.body?.cancel();
  return response.headers.get("X-Image-Status");
}

/** Works until none of these is under way, also in the hands of the real consumer, which a bell may have woken. */
export async function consumeAll(keys: readonly string[]): Promise<void> {
  await consume();
  await until("nothing is under way", async () => {
    const pending = (await ledger(keys)).filter(({ status }) => status === "pending");
    return !pending.some(({ leaseOwner, dueAt }) => leaseOwner !== null || dueAt <= Date.now());
  });
}

/** Waits for the real queue and the real consumer. */
export async function becomes(key: string, status: string): Promise<void> {
  await until(`it is ${status}`, async () => (await statusOf(key)) === status);
}
