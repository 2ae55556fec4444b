import { exports } from "cloudflare:workers";
import { createParser } from "eventsource-parser";
import { vi } from "vitest";
import type { PersonaSet } from "../../src/personas/schema.ts";
import { hold } from "./hold.ts";

export const ORIGIN = "https://api.test";

let asked = 0;
/** A lead that no other test has; its name is how the upstream's record is searched. */
export function newLead(): { name: string; state: string } {
  asked += 1;
  return { name: `lead-${crypto.randomUUID().slice(0, 8)}-${asked}`, state: "Texas" };
}

/** Every answer of the suite is held to the contract's common part and to the OpenAPI document. */
export async function ask(request: Request): Promise<Response> {
  return await hold(request, await exports.default.fetch(request));
}

export function call(path: string, init?: RequestInit): Promise<Response> {
  return ask(new Request(`${ORIGIN}${path}`, init));
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

/** Waits for what happens by itself. Not `expect.poll`, which tests that run beside each other cannot use. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const check = async () => {
    if (!(await condition())) throw new Error(`waited in vain until ${what}`);
  };
  await vi.waitFor(check, { timeout: 15_000 });
}

/** The set once all its portraits are ready: from then on the first two cache layers may have it. */
export async function whenReady(setId: string): Promise<PersonaSet> {
  const find = async () => await setOf(await call(`/api/personas/${setId}`));
  await until("all portraits are ready", async () =>
    (await find()).personas.every(({ imageStatus }) => imageStatus === "ready"),
  );
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
