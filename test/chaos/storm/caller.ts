import type { Sent } from "../evidence/evidence.ts";
import type { StormServer } from "../server/server.ts";
import { type Event, type Reading, readEvents, Wrong } from "./stream.ts";

export interface Ask {
  /** For the report. */
  readonly what: string;
  readonly mark?: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Hangs up after so many milliseconds. */
  readonly hangUpMs?: number | undefined;
}

export interface StreamReply {
  readonly status: number;
  readonly streamId: string;
  readonly events: readonly Event[];
}

export interface Caller {
  /** Undefined where no answer came, or a problem. */
  json<T>(ask: Ask): Promise<T | undefined>;
  /** The same; where the connection went, what came before it did. */
  stream(ask: Ask, reading?: Reading): Promise<StreamReply | undefined>;
  bytes(ask: Ask): Promise<{ response: Response; bytes: Uint8Array } | undefined>;
}

type End = Pick<Sent, "end" | "status" | "code">;
type Take<T> = (response: Response) => Promise<{ readonly end: End; readonly value?: T }>;

/** Far above what any answer takes: the longest waits for three calls of fifteen seconds each. */
const LATE_MS = 60_000;
const MAX_REASON_CHARS = 600;

const ended = (end: Sent["end"], status: number, code?: string): End => ({ end, status, code });

function endOf(error: unknown, late: AbortSignal, hungUp: boolean): End {
  const said = error instanceof Error ? error.message : String(error);
  const reason = said.slice(0, MAX_REASON_CHARS);
  if (error instanceof Wrong || said.includes("is not as the contract")) return ended("wrong", 0, reason);
  if (hungUp) return ended("hung up", 0);
  return ended(late.aborted ? "late" : "broken", 0, reason);
}

async function problem(response: Response): Promise<{ end: End }> {
  const { code } = (await response.json()) as { code: string };
  return { end: ended("problem", response.status, code) };
}

/** A stream says in its last event how it ended. */
function endOfStream(status: number, { done, error }: Partial<Event>): End {
  if (error) return ended("problem", status, String((error as { code: unknown }).code));
  if (!done) throw new Wrong("the stream ended without its last event");
  return ended("answer", status);
}

function takeStream(reading: Reading): Take<StreamReply> {
  const { hangUpAfter = Number.POSITIVE_INFINITY } = reading;
  return async (response) => {
    const { status, headers } = response;
    if (status >= 400) return await problem(response);
    const streamId = headers.get("X-Stream-Id") ?? "";
    if (status === 204) return { end: ended("answer", status), value: { status, streamId, events: [] } };
    const { events, broken } = await readEvents(response, reading);
    const value = { status, streamId, events };
    if (broken !== undefined) return { end: ended("broken", status, broken), value };
    if (events.length >= hangUpAfter) return { end: ended("hung up", status), value };
    return { end: endOfStream(status, events.at(-1) ?? {}), value };
  };
}

async function takeJson<T>(response: Response): Promise<{ end: End; value?: T }> {
  if (response.status >= 400) return await problem(response);
  const text = await response.text();
  return { end: ended("answer", response.status), value: JSON.parse(text || "{}") as T };
}

async function takeBytes(response: Response) {
  if (response.status >= 400) return await problem(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { end: ended("answer", response.status), value: { response, bytes } };
}

function initOf({ method = "GET", headers = {}, body }: Ask, signal: AbortSignal): RequestInit {
  if (body === undefined) return { method, headers, signal };
  const typed = { ...headers, "Content-Type": "application/json" };
  return { method, headers: typed, body: JSON.stringify(body), signal };
}

/** Sends requests, and writes down how each ended. */
export function createCaller({ worker, up }: StormServer, sent: Sent[]): Caller {
  async function record<T>(ask: Ask, take: Take<T>): Promise<T | undefined> {
    await up();
    const { what, mark, path, hangUpMs } = ask;
    const from = Date.now();
    const note = (end: End) => sent.push({ what, mark, from, to: Date.now(), ...end });
    const late = AbortSignal.timeout(LATE_MS);
    const leaving = new AbortController();
    const timer = hangUpMs === undefined ? undefined : setTimeout(() => leaving.abort(), hangUpMs);
    try {
      const response = await worker.ask(path, initOf(ask, AbortSignal.any([late, leaving.signal])));
      const { end, value } = await take(response);
      note(end);
      return value;
    } catch (error) {
      note(endOf(error, late, leaving.signal.aborted));
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    json: <T>(ask: Ask) => record<T>(ask, takeJson),
    bytes: (ask) => record(ask, takeBytes),
    stream: (ask, reading = {}) => record(ask, takeStream(reading)),
  };
}
