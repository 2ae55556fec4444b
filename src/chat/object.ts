import { type Decision, decide, type Remembered } from "../idempotency/decision.ts";
import { createRunManager, type Reading, type RunManagerOptions } from "../runs/manager.ts";
import { createMutex } from "../runs/mutex.ts";
import { failed, type How, type RunAnswer, rateLimited } from "../runs/run-answer.ts";
import type { RunRecord } from "../runs/run-store.ts";
import type { Run } from "../runs/runner/launch.ts";
import { type AnswerMessage, readAnswer } from "./events.ts";
import { createStopMark } from "./stop-mark.ts";
import type { ChatInput, ChatMetadata } from "./task.ts";

export interface SendRequest {
  readonly input: Omit<ChatInput, "stopped">;
  readonly fingerprint: string;
  /** It came with an Idempotency-Key, which names the object. */
  readonly keyed: boolean;
  readonly form: "json" | "stream";
  /** It names a persona that is not there, or not any more: an answer that is there is given all the same. */
  readonly personaUnknown: boolean;
  /** The object died while it was asked before: one request makes at most two runs begin. */
  readonly again: boolean;
}

/** What tells the cost of an answer. */
export type Used = Pick<AnswerMessage, "model" | "usage">;

export type SendAnswer =
  | (RunAnswer & { readonly used?: Used }) // known of a stream only where it is a replay
  | { readonly kind: "answer"; readonly how: How; readonly runId: string; readonly message: AnswerMessage };

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

type Own = "keepMs" | "resumableMs" | "recoveryCheckMs" | "recoversAlone" | "nextAlarm";

export interface ChatRunsOptions extends Omit<RunManagerOptions<ChatInput, undefined, ChatMetadata>, Own> {
  /** How long an unkeyed answer is replayed, a keyed one, and how long a stream is resumable. Milliseconds. */
  readonly windowMs: number;
  readonly keyTtlMs: number;
  readonly streamTtlMs: number;
  readonly upstreamConfigured: boolean;
  /** Whether this caller may start upstream work now; asked only where a run is to begin. */
  readonly admit: (caller: string) => Promise<boolean>;
}

type ChatRun = Run<undefined, ChatMetadata>;

function remembered({ state, endedAt, metadata }: RunRecord<ChatMetadata>): Remembered {
  return { state, endedAt, fingerprint: metadata.fingerprint };
}

/** A run that is under way may not have been written down yet. */
function underWay({ metadata }: ChatRun): Remembered {
  return { state: "running", endedAt: null, fingerprint: metadata.fingerprint };
}

// Far above three calls and their pauses; where a run should last longer, its alarm is only a look too early.
const LONGEST_RUN_MS = 10 * 60_000;
const PLAIN = { idLines: false } as const;

export function createChatRuns(options: ChatRunsOptions): ChatRuns {
  const { storage, now, windowMs, keyTtlMs, streamTtlMs } = options;
  const mark = createStopMark(storage, now);
  const mutex = createMutex();
  const rememberMs = (keyed: boolean) => (keyed ? keyTtlMs : windowMs);
  const keepMs = ({ keyed }: ChatMetadata) => Math.max(streamTtlMs, rememberMs(keyed));
  const manager = createRunManager<ChatInput, undefined, ChatMetadata>({
    ...options,
    keepMs,
    // An answer is for who asked: one whose server died begins again when they come, or is forgotten.
    recoversAlone: false,
    recoveryCheckMs: (metadata) => keepMs(metadata) + LONGEST_RUN_MS,
    resumableMs: ({ keyed }) => (keyed ? Math.max(streamTtlMs, keyTtlMs) : streamTtlMs),
    nextAlarm: mark.until,
  });

  async function follow(run: ChatRun, how: How, form: SendRequest["form"]): Promise<SendAnswer> {
    if (form === "stream") {
      const body = await manager.open(run, { ...PLAIN, after: 0 });
      if (body) return { kind: "stream", how, runId: run.id, body };
    }
    const outcome = await run.finished;
    if (!outcome.ok) return { kind: "failure", how, failure: outcome.failure };
    const message = readAnswer(run.log.since(0, Number.POSITIVE_INFINITY));
    return message ? { kind: "answer", how, runId: run.id, message } : failed("interrupted");
  }

  function replay(runId: string, form: SendRequest["form"]): SendAnswer {
    const how = "replayed";
    const message = readAnswer(manager.store.entries(runId));
    if (!message) return failed("interrupted");
    if (form === "json") return { kind: "answer", how, runId, message };
    const { model, usage } = message;
    return { kind: "stream", how, runId, body: manager.replay(runId, PLAIN), used: { model, usage } };
  }

  function start({ input, fingerprint, keyed }: SendRequest, stopped: boolean): ChatRun {
    const { name, callerUserHash, callerAddressHash, emailHash } = input;
    const asker = { name, callerUserHash, callerAddressHash, emailHash };
    return manager.start({ ...input, stopped }, { ...asker, fingerprint, keyed });
  }

  /**
   * What stands under the object's name, and the run that it is. A run whose server died can be gone on with by the
   * request that began it, and stands in no other's way.
   */
  function latest({ fingerprint }: SendRequest): readonly [Remembered | undefined, string] {
    const running = manager.underWay();
    if (running) return [underWay(running), running.id];
    const newest = manager.store.newest();
    if (!newest) return [undefined, ""];
    const record = remembered(newest);
    const abandoned = record.state === "running" && record.fingerprint !== fingerprint;
    return [abandoned ? { ...record, state: "error" } : record, newest.id];
  }

  function standing(request: SendRequest): Decision {
    const { fingerprint, keyed } = request;
    const [record] = latest(request);
    return decide(record, { fingerprint, keyed, rememberMs: rememberMs(keyed) }, now());
  }

  /** From a run under way, or one that is over; undefined where a run must begin. */
  function knownAnswer(request: SendRequest): SendAnswer | Promise<SendAnswer> | undefined {
    const decision = standing(request);
    if (decision === "mismatch") return failed("idempotency_key_reused");
    const running = decision === "join" ? manager.live() : undefined;
    if (running) return follow(running, "joined", request.form);
    const [record, runId] = latest(request);
    if (decision === "replay") return replay(runId, request.form);
    return request.again && record?.state === "error" ? failed("interrupted") : undefined;
  }

  /**
   * Starts a run where none is known yet and the caller may; undefined where another caller was first. One
   * caller at a time: those who would only join must not be counted by the limiter.
   */
  async function begin(request: SendRequest): Promise<ChatRun | SendAnswer | undefined> {
    const decision = standing(request);
    if (decision !== "claim" && decision !== "restart") return undefined;
    return (await refused(request)) ?? start(request, isStopped(request));
  }

  const isStopped = ({ keyed }: SendRequest) => keyed && mark.isThere();

  /** Why no upstream work may begin. */
  async function refused(request: SendRequest): Promise<SendAnswer | undefined> {
    if (request.personaUnknown) return failed("persona_not_found");
    if (isStopped(request)) return undefined; // it will cost nothing
    if (!options.upstreamConfigured) return failed("upstream_not_configured");
    const { callerUserHash, callerAddressHash } = request.input;
    if (await options.admit(callerUserHash ?? callerAddressHash)) return undefined;
    return rateLimited();
  }

  /** Whether there is such a run, and it is this user's. Brings none back. */
  function isMine({ runId, userHash }: RunRef): boolean {
    const running = manager.underWay();
    const found = running?.id === runId ? running : manager.store.find(runId);
    return found !== undefined && found.metadata.callerUserHash === userHash;
  }

  /** One whose server died is brought back and ends before anything is asked of the upstream. */
  async function end(run: ChatRun | undefined): Promise<void> {
    run?.stop();
    await run?.finished;
  }

  return {
    async send(request) {
      const known = knownAnswer(request);
      if (known) return await known;
      const begun = await mutex(() => begin(request));
      if (!begun) return await this.send(request);
      return "kind" in begun ? begun : await follow(begun, "started", request.form);
    },
    async resume({ after, ...run }) {
      return isMine(run) ? manager.resume(run.runId, { after, idLines: true }) : undefined;
    },
    async stop(run) {
      if (!isMine(run)) return false;
      await end(manager.liveRun(run.runId));
      return true;
    },
    async stopKey() {
      const running = manager.live();
      if (running) await end(running);
      else {
        mark.leave();
        manager.schedule();
      }
    },
    forget: () => mutex(manager.forget), // no run begins meanwhile
    async alarm() {
      mark.expire();
      if (manager.onAlarm() && mark.until() === undefined) await manager.store.clear();
    },
  };
}
