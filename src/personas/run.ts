import type { Failure } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import { createRunHost, type HostOptions, type Reading, type RunHost } from "../streams/host.ts";
import type { Run } from "../streams/run.ts";
import type { Payload } from "../streams/sse.ts";
import { createTurns } from "../streams/turns.ts";
import type { Askers } from "./askers.ts";
import type { PersonaStore } from "./store.ts";
import { type StoredPersona, type StoredSet, showPersona } from "./stored.ts";
import type { Unstored } from "./unstored.ts";
import type { ImageStatus } from "./wire.ts";
import type { RunInput } from "./work.ts";

export interface JoinRequest {
  readonly input: RunInput;
  /** The fingerprint of the request, its caller in it; or the claim of its Idempotency-Key. */
  readonly asker: string;
  /** With an Idempotency-Key: how long its answer is remembered. */
  readonly claimTtlMs?: number;
  /** A forced refresh. */
  readonly refresh: boolean;
  /** D1 cannot be asked: whatever this object has will do, however old. */
  readonly anyAge: boolean;
  /** Never starts a run. */
  readonly joinOnly?: boolean;
  /** The operator's own, which no rate limit counts. */
  readonly free?: boolean;
  /** Answer with a stream whose personas have URLs under this base. */
  readonly stream?: { readonly baseUrl: string };
}

/** `started` the run, `joined` one under way or just over, or was `replayed` its own first answer. */
export type How = "started" | "joined" | "replayed";

export type JoinAnswer =
  | { readonly kind: "set"; readonly how: How; readonly set: StoredSet }
  | {
      readonly kind: "stream";
      readonly how: How;
      readonly runId: string;
      readonly body: ReadableStream<Uint8Array>;
    }
  | { readonly kind: "failure"; readonly how: How; readonly failure: Failure };

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

type Own = "keepMs" | "resumableMs" | "wakeBy";

export interface PersonaRunsOptions extends Omit<HostOptions<RunInput, StoredSet>, Own> {
  readonly unstored: Unstored;
  readonly askers: Askers;
  readonly claims: Pick<PersonaStore, "complete" | "release">;
  /** How long a stream can be resumed after its end. Milliseconds. */
  readonly resumableMs: number;
  /** Whether this caller may start upstream work now; asked only where a run is to begin. */
  readonly admit: (caller: string) => Promise<boolean>;
  /** How long a caller's repeated refresh is answered from the first. Milliseconds. */
  readonly dedupeMs: number;
}

// A caller who looked D1 up just before a run stored its set must not start another. Also covers the lag of a
// read replica.
const RECENT_MS = 60_000;
/** The limiter's period, in wrangler.toml. */
const RATE_PERIOD_SECONDS = 60;

function renderFor(baseUrl: string) {
  return ({ persona, imageStatus, ...payload }: Payload): Payload => {
    if (!persona) return payload;
    return { persona: showPersona(persona as StoredPersona, baseUrl, imageStatus as ImageStatus) };
  };
}

export function createPersonaRuns(options: PersonaRunsOptions): PersonaRuns {
  const { now, dedupeMs, unstored, askers, claims } = options;
  const keepMs = Math.max(options.resumableMs, dedupeMs, RECENT_MS);
  const host: RunHost<RunInput, StoredSet> = createRunHost({
    ...options,
    keepMs: () => keepMs,
    resumableMs: () => options.resumableMs,
    wakeBy: unstored.dueAt,
  });
  const turns = createTurns();

  function settledSet(where: (run: { id: string; endedAt: number }) => boolean): StoredSet | undefined {
    const done = host.store.all().filter(({ state }) => state === "done");
    const found = done.find(({ id, endedAt }) => where({ id, endedAt: endedAt ?? 0 }));
    return found?.result ? (JSON.parse(found.result) as StoredSet) : undefined;
  }

  /** An answer that needs no upstream work: this caller's own, or one made a moment ago. */
  function answered({ refresh, asker, anyAge, claimTtlMs }: JoinRequest): JoinAnswer | undefined {
    if (refresh) {
      const run = askers.runOf(asker);
      const since = now() - (claimTtlMs ?? dedupeMs);
      const set = run && settledSet(({ id, endedAt }) => id === run && endedAt > since);
      return set ? { kind: "set", how: "replayed", set } : undefined;
    }
    const d1LacksIt = anyAge || unstored.hasSet();
    const set = settledSet(({ endedAt }) => d1LacksIt || endedAt > now() - RECENT_MS);
    return set && { kind: "set", how: "joined", set };
  }

  /** From a run under way, or one that is over; undefined where a run must begin. */
  function knownAnswer(request: JoinRequest): JoinAnswer | Promise<JoinAnswer> | undefined {
    const running = host.live();
    if (running) {
      remember(request, running.id);
      return answer(running, "joined", request.stream);
    }
    const done = answered(request);
    if (done?.kind === "set") complete(request, done.set);
    return done;
  }

  /** Whoever refreshes, or has a key, is answered from this run when asking again. */
  function remember({ refresh, asker, claimTtlMs }: JoinRequest, runId: string): void {
    if (refresh || claimTtlMs !== undefined) askers.remember(asker, runId, claimTtlMs);
  }

  /** A run that is over completes no claims any more. */
  function complete({ asker: id, claimTtlMs: ttlMs }: JoinRequest, set: StoredSet): void {
    if (ttlMs !== undefined) options.waitUntil(claims.complete({ id, ttlMs }, set).catch(unlogged));
  }

  function unlogged(error: unknown): void {
    log.error("store.failed", describeError(error));
  }

  /**
   * Starts a run where none is known yet and the caller may; undefined where another caller was first. One
   * caller at a time: those who would only join must not be counted by the limiter.
   */
  async function begin(request: JoinRequest): Promise<Run<StoredSet> | Failure | undefined> {
    if (host.live() || answered(request)) return undefined;
    const { input, asker: id, claimTtlMs, free } = request;
    const allowed = free || (await options.admit(input.callerUserHash ?? input.callerAddressHash));
    if (!allowed) {
      if (claimTtlMs !== undefined) options.waitUntil(claims.release({ id }).catch(unlogged));
      return { code: "rate_limited", retryAfterSeconds: RATE_PERIOD_SECONDS };
    }
    const run = host.start(input, input.userHash ?? undefined); // labelled with whose it is
    remember(request, run.id);
    return run;
  }

  async function answer(run: Run<StoredSet>, how: How, stream: JoinRequest["stream"]): Promise<JoinAnswer> {
    if (stream) {
      const body = await host.open(run, { after: 0, idLines: false, render: renderFor(stream.baseUrl) });
      if (body) return { kind: "stream", how, runId: run.id, body };
    }
    const outcome = await run.settled;
    return outcome.ok
      ? { kind: "set", how, set: outcome.result }
      : { kind: "failure", how, failure: outcome.failure };
  }

  return {
    async join(request) {
      const known = knownAnswer(request);
      if (known) return await known;
      const how = "started";
      if (request.joinOnly) return { kind: "failure", how, failure: { code: "not_cached" } };
      const begun = await turns(() => begin(request));
      if (!begun) return await this.join(request);
      if ("code" in begun) return { kind: "failure", how, failure: begun };
      return await answer(begun, how, request.stream);
    },
    async resume({ runId, after, baseUrl, userHash }) {
      const live = host.live();
      const run = live?.id === runId ? live : host.store.find(runId);
      if (userHash !== undefined && run?.label !== userHash) return undefined;
      return await host.resume(runId, { after, idLines: true, render: renderFor(baseUrl) });
    },
    async alarm() {
      const stored = unstored.storeAgain();
      options.waitUntil(stored);
      host.tend(); // what is to be forgotten, and a run whose server died, wait for no database
      await stored;
      const empty = host.tend();
      askers.prune(host.store.all().map(({ id }) => id));
      if (empty && unstored.dueAt() === undefined) await host.store.clear();
    },
    forget: () => turns(host.forget), // no run begins meanwhile
  };
}
