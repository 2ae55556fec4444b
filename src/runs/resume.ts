import { Problem } from "../http/errors.ts";

/** An object's name and a run's id in it. */
export interface StreamRef {
  /** 64 hex characters: a hash of what was asked. */
  readonly name: string;
  /** 32 hex characters, random. */
  readonly runId: string;
}

const STREAM_ID = /^([0-9a-f]{64})\.([0-9a-f]{32})$/;

/** `<name>.<runId>`, as `X-Stream-Id` has it. */
export function streamId({ name, runId }: StreamRef): string {
  return `${name}.${runId}`;
}

/** Undefined where the text cannot be a stream's id. */
export function parseStreamId(text: string): StreamRef | undefined {
  const [, name, runId] = STREAM_ID.exec(text) ?? [];
  return name && runId ? { name, runId } : undefined;
}

const PLAIN_WHOLE_NUMBER = /^\d{1,16}$/;

/**
 * The id after which a reader wants to go on: `Last-Event-ID`, or else `?after=`, or else 0. Throws
 * `invalid_request` where the one that counts is not a plain whole number.
 */
export function lastEventId(header: string | null | undefined, query: string | undefined): number {
  const [text, path] = header != null ? [header, "/Last-Event-ID"] : [query ?? "0", "/after"];
  if (PLAIN_WHOLE_NUMBER.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new Problem("invalid_request", { errors: [{ path, message: "must be a plain whole number" }] });
}

export interface ResumeState {
  /** The log has its last event. */
  readonly closed: boolean;
  readonly lastId: number;
}

/**
 * `ended`: there is nothing after `after`, and never will be (204, which stops an `EventSource`).
 * `follow`: replay what is after it, then go on live.
 */
export function resumeDecision({ closed, lastId }: ResumeState, after: number): "ended" | "follow" {
  return closed && after >= lastId ? "ended" : "follow";
}
