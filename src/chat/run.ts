import type { Failure } from "../http/errors.ts";
import { type Decision, decide, type Remembered } from "../idempotency/decision.ts";
import { createRunHost, type HostOptions, type Reading } from "../streams/host.ts";
import type { Run } from "../streams/run.ts";
import type { RunRecord } from "../streams/run-store.ts";
import { type Said, saidIn } from "./said.ts";
import { createStopMark } from "./stop-mark.ts";
import type { ChatInput } from "./work.ts";

export interface SendRequest {
  /** The id that a new run takes. Asking again with it never starts another. */
  readonly runId: string;
  readonly input: Omit<ChatInput, "stopped">;
  readonly fingerprint: string;
  /** It came with an Idempotency-Key, which names the object. */
  readonly keyed: boolean;
  readonly form: "json" | "stream";
}

/** `started` the run, `joined` one under way, or was `replayed` one that is over. */
export type How = "started" | "joined" | "replayed";

export type SendAnswer =
  | { readonly kind: "answer"; readonly how: How; readonly runId: string; readonly said: Said }
  | {
      readonly kind: "stream";
      readonly how: How;
      readonly runId: string;
      readonly body: ReadableStream<Uint8Array>;
    }
  | { readonly kind: "failure"; readonly failure: Failure };

/** One run, asked for by who it belongs to. */
export interface RunRef {
  readonly runId: string;
  readonly userHash: string | null;
}

/** What the Durable Object of a chat can do; its name is a hash of what was asked. */
export interface ChatRuns {
  send(request: SendRequest): Promise<SendAnswer>;
  /** Undefined where there is no such run, or it is another user's. */
  resume(run: RunRef & { readonly after: number }): Promise<Reading | undefined>;
  /** False where there is no such run, or it is another user's. */
  stop(run: RunRef): Promise<boolean>;
  /** Stops whatever has this key: what runs, and what comes within the next minute. */
  stopKey(): Promise<void>;
  alarm(): Promise<void>;
}

type Own = "keepMs" | "resumableMs" | "wakeBy";

export interface ChatRunsOptions extends Omit<HostOptions<ChatInput, undefined>, Own> {
  /** How long an unkeyed answer is replayed, a keyed one, and how long a stream is resumable. Milliseconds. */
  readonly windowMs: number;
  readonly keyTtlMs: number;
  readonly streamTtlMs: number;
  readonly upstreamConfigured: boolean;
}

/** What is kept of a run beside its events. */
interface Label {
  readonly fingerprint: string;
  readonly keyed: boolean;
  readonly userHash: string | null;
}

function labelOf(label: string | null): Label {
  return JSON.parse(label ?? "{}") as Label;
}

function remembered({ state, endedAt, label }: RunRecord): Remembered {
  return { state, endedAt, fingerprint: labelOf(label).fingerprint };
}

/** A run that is under way may not have been written down yet. */
function underWay({ label }: Run<undefined>): Remembered {
  return { state: "running", endedAt: null, fingerprint: labelOf(label).fingerprint };
}

const INTERRUPTED: SendAnswer = { kind: "failure", failure: { code: "interrupted" } };
const PLAIN = { idLines: false } as const;

export function createChatRuns(options: ChatRunsOptions): ChatRuns {
  const { storage, now, windowMs, keyTtlMs, streamTtlMs } = options;
  const mark = createStopMark(storage, now);
  const rememberMs = (keyed: boolean) => (keyed ? keyTtlMs : windowMs);
  const host = createRunHost<ChatInput, undefined>({
    ...options,
    keepMs: (label) => Math.max(streamTtlMs, rememberMs(labelOf(label).keyed)),
    resumableMs: (label) => (labelOf(label).keyed ? Math.max(streamTtlMs, keyTtlMs) : streamTtlMs),
    wakeBy: mark.until,
  });

  async function follow(run: Run<undefined>, how: How, form: SendRequest["form"]): Promise<SendAnswer> {
    if (form === "stream") {
      const reading = await host.open(run, { ...PLAIN, after: 0 });
      if (reading.kind === "stream") return { kind: "stream", how, runId: run.id, body: reading.body };
    }
    const outcome = await run.settled;
    if (!outcome.ok) return { kind: "failure", failure: outcome.failure };
    const said = saidIn(run.log.since(0, Number.POSITIVE_INFINITY));
    return said ? { kind: "answer", how, runId: run.id, said } : INTERRUPTED;
  }

  function replay(runId: string, form: SendRequest["form"]): SendAnswer {
    const how = "replayed";
    if (form === "stream") return { kind: "stream", how, runId, body: host.replay(runId, PLAIN) };
    const said = saidIn(host.store.entries(runId));
    return said ? { kind: "answer", how, runId, said } : INTERRUPTED;
  }

  function start({ runId, input, fingerprint, keyed }: SendRequest, stopped: boolean): Run<undefined> {
    const label: Label = { fingerprint, keyed, userHash: input.callerUserHash };
    return host.start({ ...input, stopped }, { id: runId, label: JSON.stringify(label) });
  }

  async function act(
    decision: Decision,
    request: SendRequest,
    running?: Run<undefined>,
  ): Promise<SendAnswer> {
    const { form, keyed } = request;
    if (decision === "mismatch") return { kind: "failure", failure: { code: "idempotency_key_reused" } };
    if (decision === "replay") return replay(host.store.newest()?.id ?? "", form);
    if (decision === "join" && running) return await follow(running, "joined", form);
    const stopped = keyed && mark.isThere();
    if (!stopped && !options.upstreamConfigured)
      return { kind: "failure", failure: { code: "upstream_not_configured" } };
    return await follow(start(request, stopped), "started", form);
  }

  /** The run, where it is this user's and can still be resumed. */
  function mine({ runId, userHash }: RunRef): { readonly running?: Run<undefined> } | undefined {
    const live = host.live();
    const running = live?.id === runId ? live : undefined;
    const found = running ?? host.store.find(runId);
    return found && labelOf(found.label).userHash === userHash ? { ...(running && { running }) } : undefined;
  }

  return {
    async send(request) {
      const { fingerprint, keyed } = request;
      const running = host.live();
      // Asked again because the object died: it ended with it, and one request pays once.
      if (!running && host.store.find(request.runId)?.state === "error") return INTERRUPTED;
      const newest = running ? undefined : host.store.newest();
      const record = running ? underWay(running) : newest && remembered(newest);
      const decision = decide(record, { fingerprint, keyed, rememberMs: rememberMs(keyed) }, now());
      return await act(decision, request, running);
    },
    async resume({ after, ...run }) {
      return mine(run) && host.resume(run.runId, { after, idLines: true });
    },
    async stop(run) {
      const found = mine(run);
      found?.running?.stop();
      await found?.running?.settled;
      return found !== undefined;
    },
    async stopKey() {
      const running = host.live();
      if (running) {
        running.stop();
        await running.settled;
      } else {
        mark.leave();
        host.schedule();
      }
    },
    async alarm() {
      mark.expire();
      if (host.tend() && mark.until() === undefined) await host.store.clear();
    },
  };
}
