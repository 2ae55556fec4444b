import { exports } from "cloudflare:workers";
import { createParser } from "eventsource-parser";
import { expect } from "vitest";
import type { PersonaSet } from "../../src/personas/wire.ts";

export const ORIGIN = "https://api.test";

let asked = 0;
/** A lead that no other test has; its name is how the upstream's record is searched. */
export function newLead(): { name: string; state: string } {
  asked += 1;
  return { name: `lead-${crypto.randomUUID().slice(0, 8)}-${asked}`, state: "Texas" };
}

export function call(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

export function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers } };
  return call(path, { ...init, body: typeof body === "string" ? body : JSON.stringify(body) });
}

export function generate(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return post("/api/personas/generate", body, headers);
}

export function generateStream(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return generate(body, { Accept: "text/event-stream", ...headers });
}

export async function setOf(response: Response): Promise<PersonaSet> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as PersonaSet;
}

/** The set once all its portraits are ready: from then on the first two tiers may have it. */
export async function whenReady(setId: string): Promise<PersonaSet> {
  const find = async () => await setOf(await call(`/api/personas/${setId}`));
  await expect
    .poll(async () => (await find()).personas.map(({ imageStatus }) => imageStatus), { timeout: 10_000 })
    .toSatisfy((states: string[]) => states.every((state) => state === "ready"));
  return await find();
}

export interface StreamEvent {
  readonly id: number;
  readonly [member: string]: unknown;
}

/** Every event of a stream to its end, through a parser that is not ours. */
export async function eventsOf(response: Response): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data) as StreamEvent) });
  parser.feed(await response.text());
  return events;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly { path: string; message: string }[];
}

export async function problemOf(response: Response): Promise<ProblemBody> {
  return (await response.json()) as ProblemBody;
}
