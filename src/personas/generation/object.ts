import {
  createRunManager,
  type Reading,
  type RunManager,
  type RunManagerOptions,
} from "../../runs/manager.ts";
import { createMutex } from "../../runs/mutex.ts";
import { failed, type How, type RunAnswer, rateLimited } from "../../runs/run-answer.ts";
import type { RunRecord } from "../../runs/run-store.ts";
import type { Run } from "../../runs/runner/launch.ts";
import type { Claim } from "../claims.ts";
import { renderFor } from "../events.ts";
import type { StoredSet } from "../presenter.ts";
import type { PersonaStore } from "../store.ts";
import type { DedupeIndex } from "./dedupe-index.ts";
import type { Outbox } from "./outbox.ts";
import { createRunKeys, toSet } from "./run-keys.ts";
import type { PersonaMetadata, RunInput } from "./task.ts";

export interface JoinRequest {
  readonly input: RunInput;
  /** The fingerprint of the request, its caller in it; or the claim of its Idempotency-Key. */
  readonly requestKey: string;
  /** With an Idempotency-Key. */
  readonly claim?: Claim;
  /** A forced refresh. */
  readonly refresh: boolean;
  /** D1 cannot be asked: whatever this object has will do, however old. */
  readonly acceptStale: boolean;
  /** The operator's own, which no rate limit and no caller's budget counts. */
  readonly skipRateLimit?: boolean;
  /** Answer with a stream whose personas have URLs under this base. */
  readonly stream?: { readonly baseUrl: string };
}

export type JoinAnswer = RunAnswer | { readonly kind: "set"; readonly how: How; readonly set: StoredSet };

export interface ResumeRequest {
  readonly runId: string;
  readonly after: number;
  readonly baseUrl: string;
  /** The signed-in user, hashed, where a set is its subject's alone: another's run is not there for them. */
  readonly userHash?: string;
}

/** What the Durable Object of a persona key can do; its name is the key. */
export interface PersonaRuns {
  join(request: JoinRequest): Promise<JoinAnswer>;
  resume(request: ResumeRequest): Promise<Reading | undefined>;
  alarm(): Promise<void>;
  /** Ends what runs and leaves nothing of the object. True where it had anything. */
  forget(): Promise<boolean>;
}

type Own = "keepMs" | "resumableMs" | "nextAlarm" | "onEnd";

export interface PersonaRunsOptions
  extends Omit<RunManagerOptions<RunInput, StoredSet, PersonaMetadata>, Own> {
  readonly outbox: Outbox;
  readonly dedupeIndex: DedupeIndex;
  readonly claims: Pick<PersonaStore, "claim" | "finish">;
  /** How long a stream can be resumed after its end, and one with an Idempotency-Key at least. Milliseconds. */
  readonly resumableMs: number;
  readonly keyTtlMs: number;
  /** Whether this caller may start upstream work now; asked only where a run is to begin. */
  readonly admit: (caller: string) => Promise<boolean>;
  /** How long a caller's repeated refresh is answered from the first. Milliseconds. */
  readonly dedupeMs: number;
}

// A caller who looked D1 up just before a run stored its set must not start another. Also covers the lag of a
// read replica.
const RECENT_MS = 60_000;

type PersonaRun = Run<StoredSet, PersonaMetadata>;

interface Answered {
  readonly how: How;
  readonly run: string;
  readonly set: StoredSet;
}

function answeredBy(run: RunRecord<PersonaMetadata>, how: How): Answered | undefined {
  const set = toSet(run);
  return set && { how, run: run.id, set };
}

export function createPersonaRuns(options: PersonaRunsOptions): PersonaRuns {
  const { now, dedupeMs, outbox, dedupeIndex, claims } = options;
  const resumableMs = ({ keyed }: PersonaMetadata) =>
    keyed ? Math.max(options.resumableMs, options.keyTtlMs) : options.resumableMs;
  const manager: RunManager<RunInput, StoredSet, PersonaMetadata> = createRunManager({
    ...options,
    keepMs: (metadata) => Math.max(resumableMs(metadata), dedupeMs, RECENT_MS),
    resumableMs,
    nextAlarm,
    onEnd: settleKeys,
  });
  const { schedule } = manager;
  const keys = createRunKeys({ claims, dedupeIndex, findRun: manager.store.find, schedule, now });
  const mutex = createMutex();

  function nextAlarm(): number | undefined {
    const times = [outbox.dueAt(), keys.dueAt()].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** An answer that needs no upstream work: this caller's own, or one made a moment ago. */
  function answered({ refresh, requestKey, acceptStale, claim }: JoinRequest): Answered | undefined {
    if (refresh) {
      const run = dedupeIndex.toRun(requestKey);
      const own = run === undefined ? undefined : manager.store.find(run);
      const since = now() - (claim?.ttlMs ?? dedupeMs);
      return own && (own.endedAt ?? 0) > since ? answeredBy(own, "replayed") : undefined;
    }
    const since = acceptStale || outbox.hasSet() ? 0 : now() - RECENT_MS;
    const recent = manager.store.newestDone(since);
    return recent && answeredBy(recent, "joined");
  }

  /** From a run under way, or one that is over; undefined where a run must begin. */
  async function knownAnswer(request: JoinRequest): Promise<JoinAnswer | undefined> {
    const running = manager.live();
    if (running) return (await otherAnswer(request)) ?? (await follow(running, request));
    const done = answered(request);
    return done && ((await otherAnswer(request)) ?? repeat(done, request));
  }

  async function follow(running: PersonaRun, request: JoinRequest): Promise<JoinAnswer> {
    remember(request, running.id);
    if (running.endedAt !== undefined) options.waitUntil(settleKeys(running)); // while the key was claimed
    return await answer(running, "joined", request.stream);
  }

  function repeat({ run, how, set }: Answered, request: JoinRequest): JoinAnswer | undefined {
    if (!manager.store.has(run)) return undefined; // forgotten while the key was claimed
    remember(request, run);
    options.waitUntil(keys.finish(run, set));
    return { kind: "set", how, set };
  }

  /** What the request's key already stands for: another request, or an answer. Undefined where it is free. */
  async function otherAnswer({ claim }: JoinRequest): Promise<JoinAnswer | undefined> {
    if (!claim) return undefined;
    const claimed = await keys.claim(claim);
    if (claimed?.decision === "mismatch") return failed("idempotency_key_reused");
    return claimed?.decision === "replay" ? { kind: "set", how: "replayed", set: claimed.set } : undefined;
  }

  /** Whoever refreshes, or has a key, is answered from this run when asking again. */
  function remember({ refresh, requestKey, claim }: JoinRequest, runId: string): void {
    if (refresh || claim) dedupeIndex.remember(requestKey, runId, claim?.ttlMs);
  }

  async function settleKeys(run: PersonaRun): Promise<void> {
    const outcome = await run.finished;
    await keys.finish(run.id, outcome.ok ? outcome.result : undefined);
  }

  /**
   * Starts a run where none is known yet and the caller may; undefined where another caller was first. One
   * caller at a time: those who would only join must not be counted by the limiter. A caller who may not leaves
   * nothing in D1.
   */
  async function begin(request: JoinRequest): Promise<PersonaRun | JoinAnswer | undefined> {
    if (manager.live() || answered(request)) return undefined;
    const { input, skipRateLimit, claim } = request;
    const payer = skipRateLimit ? undefined : (input.callerUserHash ?? input.callerAddressHash);
    if (payer !== undefined && !(await options.admit(payer))) return rateLimited();
    const other = await otherAnswer(request);
    if (other) return other;
    const metadata = { userHash: input.userHash, keyed: claim !== undefined };
    const run = manager.start({ ...input, ...(payer && { payer }) }, metadata);
    remember(request, run.id);
    return run;
  }

  async function answer(run: PersonaRun, how: How, stream: JoinRequest["stream"]): Promise<JoinAnswer> {
    if (stream) {
      const body = await manager.open(run, { after: 0, idLines: false, render: renderFor(stream.baseUrl) });
      if (body) return { kind: "stream", how, runId: run.id, body };
    }
    const outcome = await run.finished;
    return outcome.ok
      ? { kind: "set", how, set: outcome.result }
      : { kind: "failure", how, failure: outcome.failure };
  }

  return {
    async join(request) {
      const known = await knownAnswer(request);
      if (known) return known;
      const begun = await mutex(() => begin(request));
      if (!begun) return await this.join(request);
      return "kind" in begun ? begun : await answer(begun, "started", request.stream);
    },
    async resume({ runId, after, baseUrl, userHash }) {
      const live = manager.live();
      const run = live?.id === runId ? live : manager.store.find(runId);
      if (userHash !== undefined && run?.metadata.userHash !== userHash) return undefined;
      return await manager.resume(runId, { after, idLines: true, render: renderFor(baseUrl) });
    },
    async alarm() {
      const stored = outbox.retryDue();
      options.waitUntil(stored);
      manager.onAlarm(); // what is to be forgotten, and a run whose server died, wait for no database
      await stored;
      await keys.settleWaiting();
      const empty = manager.onAlarm();
      dedupeIndex.prune([...manager.store.ids(), manager.live()?.id ?? ""]);
      if (empty && outbox.dueAt() === undefined) await manager.store.clear();
    },
    forget: () => mutex(manager.forget), // no run begins meanwhile
  };
}
