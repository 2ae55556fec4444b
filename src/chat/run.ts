import type { Failure, ProblemCode } from "../http/errors.ts";
import { type Decision, decide, type Remembered } from "../idempotency/decision.ts";
import { createRunHost, type HostOptions, type Reading } from "../streams/host.ts";
import type { Run } from "../streams/run.ts";
import type { RunRecord } from "../streams/run-store.ts";
import { createTurns } from "../streams/turns.ts";
import { type Said, saidIn } from "./said.ts";
import { createStopMark } from "./stop-mark.ts";
import type { ChatAsker, ChatInput } from "./work.ts";

export interface SendRequest {
  readonly input: Omit<ChatInput, "stopped">;
  readonly fingerprint: string;
  /** It came with an Idempotency-Key, which names the object. */
  readonly keyed: boolean;
  readonly form: "json" | "stream";
  /** The object died while it was asked before: it may have begun a run, and one request pays once. */
  readonly again: boolean;
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
  /** Ends what runs and leaves nothing of the object. True where it had anything. */
  forget(): Promise<boolean>;
}

type Own = "keepMs" | "resumableMs" | "watchMs" | "wakeBy";

export interface ChatRunsOptions extends Omit<HostOptions<ChatInput, undefined>, Own> {
  /** How long an unkeyed answer is replayed, a keyed one, and how long a stream is resumable. Milliseconds. */
  readonly windowMs: number;
  readonly keyTtlMs: number;
  readonly streamTtlMs: number;
  readonly upstreamConfigured: boolean;
  /** Whether this caller may start upstream work now; asked only where a run is to begin. */
  readonly admit: (caller: string) => Promise<boolean>;
}

/** What is kept of a run beside its events. */
interface Label extends ChatAsker {
  readonly fingerprint: string;
  readonly keyed: boolean;
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

function failed(code: ProblemCode, retryAfterSeconds?: number): SendAnswer {
  return { kind: "failure", failure: { code, ...(retryAfterSeconds && { retryAfterSeconds }) } };
}

// Far above three calls and their pauses; where a run should last longer, its alarm is only a look too early.
const LONGEST_RUN_MS = 10 * 60_000;
/** The limiter's period, in wrangler.toml. */
const RATE_PERIOD_SECONDS = 60;
const PLAIN = { idLines: false } as const;

export function createChatRuns(options: ChatRunsOptions): ChatRuns {
  const { storage, now, windowMs, keyTtlMs, streamTtlMs } = options;
  const mark = createStopMark(storage, now);
  const turns = createTurns();
  const rememberMs = (keyed: boolean) => (keyed ? keyTtlMs : windowMs);
  const keepMs = (label: string | null) => Math.max(streamTtlMs, rememberMs(labelOf(label).keyed));
  const host = createRunHost<ChatInput, undefined>({
    ...options,
    keepMs,
    // Nothing is left to do for a run whose server died but to say so to who asks, and then to forget it.
    watchMs: (label) => keepMs(label) + LONGEST_RUN_MS,
    resumableMs: (label) => (labelOf(label).keyed ? Math.max(streamTtlMs, keyTtlMs) : streamTtlMs),
    wakeBy: mark.until,
  });

  async function follow(run: Run<undefined>, how: How, form: SendRequest["form"]): Promise<SendAnswer> {
    if (form === "stream") {
      const body = await host.open(run, { ...PLAIN, after: 0 });
      if (body) return { kind: "stream", how, runId: run.id, body };
    }
    const outcome = await run.settled;
    if (!outcome.ok) return { kind: "failure", failure: outcome.failure };
    const said = saidIn(run.log.since(0, Number.POSITIVE_INFINITY));
    return said ? { kind: "answer", how, runId: run.id, said } : failed("interrupted");
  }

  function replay(runId: string, form: SendRequest["form"]): SendAnswer {
    const how = "replayed";
    if (form === "stream") return { kind: "stream", how, runId, body: host.replay(runId, PLAIN) };
    const said = saidIn(host.store.entries(runId));
    return said ? { kind: "answer", how, runId, said } : failed("interrupted");
  }

  function start({ input, fingerprint, keyed }: SendRequest, stopped: boolean): Run<undefined> {
    const { name, callerUserHash, callerAddressHash, emailHash } = input;
    const label: Label = { fingerprint, keyed, name, callerUserHash, callerAddressHash, emailHash };
    return host.start({ ...input, stopped }, JSON.stringify(label));
  }

  /** What stands under the object's name, and the run that it is. */
  function latest(): readonly [Remembered | undefined, string] {
    const running = host.live();
    if (running) return [underWay(running), running.id];
    const newest = host.store.newest();
    return [newest && remembered(newest), newest?.id ?? ""];
  }

  function standing({ fingerprint, keyed }: SendRequest): Decision {
    const [record] = latest();
    return decide(record, { fingerprint, keyed, rememberMs: rememberMs(keyed) }, now());
  }

  /** From a run under way, or one that is over; undefined where a run must begin. */
  function knownAnswer(request: SendRequest): SendAnswer | Promise<SendAnswer> | undefined {
    const decision = standing(request);
    const running = host.live();
    if (decision === "mismatch") return failed("idempotency_key_reused");
    if (decision === "join" && running) return follow(running, "joined", request.form);
    if (decision === "replay") return replay(latest()[1], request.form);
    return request.again ? failed("interrupted") : undefined;
  }

  /**
   * Starts a run where none is known yet and the caller may; undefined where another caller was first. One
   * caller at a time: those who would only join must not be counted by the limiter.
   */
  async function begin(request: SendRequest): Promise<Run<undefined> | SendAnswer | undefined> {
    const decision = standing(request);
    if (decision !== "claim" && decision !== "restart") return undefined;
    return (await refused(request)) ?? start(request, isStopped(request));
  }

  const isStopped = ({ keyed }: SendRequest) => keyed && mark.isThere();

  /** Why no upstream work may begin. */
  async function refused(request: SendRequest): Promise<SendAnswer | undefined> {
    if (isStopped(request)) return undefined; // it will cost nothing
    if (!options.upstreamConfigured) return failed("upstream_not_configured");
    const { callerUserHash, callerAddressHash } = request.input;
    if (await options.admit(callerUserHash ?? callerAddressHash)) return undefined;
    return failed("rate_limited", RATE_PERIOD_SECONDS);
  }

  /** The run, where it is this user's and can still be resumed. */
  function mine({ runId, userHash }: RunRef): { readonly running?: Run<undefined> } | undefined {
    const live = host.live();
    const running = live?.id === runId ? live : undefined;
    const found = running ?? host.store.find(runId);
    return found && labelOf(found.label).callerUserHash === userHash
      ? { ...(running && { running }) }
      : undefined;
  }

  return {
    async send(request) {
      const known = knownAnswer(request);
      if (known) return await known;
      const begun = await turns(() => begin(request));
      if (!begun) return await this.send(request);
      return "kind" in begun ? begun : await follow(begun, "started", request.form);
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
    forget: () => turns(host.forget), // no run begins meanwhile
    async alarm() {
      mark.expire();
      if (host.tend() && mark.until() === undefined) await host.store.clear();
    },
  };
}
