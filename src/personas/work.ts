import { PROBLEMS, Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import type { TextCalls } from "../openai/text-calls.ts";
import type { Work, WorkContext } from "../streams/run.ts";
import { type GeneratorModel, generatePersonas, personaRequest } from "./generator.ts";
import { createIntroductions, type Introductions, type Portrait } from "./introduce.ts";
import type { PersonaInput } from "./key.ts";
import type { LogRow, PersonaStore, SetRow } from "./store.ts";
import { doneEvent, type StoredSet } from "./stored.ts";
import type { Unstored } from "./unstored.ts";
import type { ImageStatus, Traits } from "./wire.ts";

/** What a run works from: kept in its Durable Object until it settles, so that a restart can begin again. */
export interface RunInput extends PersonaInput {
  /** The set that this key has already, which a refresh replaces in place. */
  readonly setId?: string;
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
}

export interface WorkDeps extends GeneratorModel {
  readonly store: PersonaStore;
  readonly portraitOf: (traits: Traits) => Portrait;
  /** Puts a portrait into its ledger and has it made; gives the state it is in. */
  readonly announce: (portrait: Portrait) => Promise<ImageStatus>;
  /** Has portraits made that were put into their ledger in another way. */
  readonly ring: () => Promise<void>;
  readonly openCalls: (context: WorkContext) => TextCalls;
  readonly now: () => number;
  readonly newId: () => string;
  /** Takes a set that D1 would not store, to try again later: it was paid for. */
  readonly unstored: Pick<Unstored, "keep">;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export const ROUTE = "/api/personas/generate";

function iso(set: StoredSet) {
  return { setId: set.setId, fromCache: false, createdAt: new Date(set.createdAt).toISOString() };
}

/** The paid work behind a set: ask the model, give each persona as it comes, store the set and its log row. */
export function createPersonaWork(deps: WorkDeps): Work<RunInput, StoredSet> {
  const { store, now } = deps;

  function logRow(input: RunInput, { runId, startedAt }: WorkContext, { spent }: TextCalls): LogRow {
    const { usage, calls, costUsd, upstreamMs } = spent;
    const { key: requestHash, emailHash, callerUserHash, callerAddressHash } = input;
    return {
      ...{
        id: runId,
        createdAt: now(),
        route: ROUTE,
        status: 200,
        model: deps.model,
        calls,
        ...usage,
        costUsd,
      },
      ...{
        upstreamMs,
        totalMs: now() - startedAt,
        requestHash,
        emailHash,
        callerUserHash,
        callerAddressHash,
      },
    };
  }

  /** The set that this run stored just before its server died, if it got so far: it is not paid for again. */
  async function alreadyStored(input: RunInput, { startedAt }: WorkContext): Promise<StoredSet | undefined> {
    const set = await store.findByKey(input.key).catch(() => undefined);
    return set && set.createdAt >= startedAt ? set : undefined;
  }

  async function save(set: SetRow, row: LogRow, missing: readonly Portrait[]): Promise<string> {
    try {
      const setId = await store.save(set, row, missing);
      if (missing.length > 0) deps.waitUntil(deps.ring());
      return setId;
    } catch (error) {
      log.error("store.failed", { run: row.id, ...describeError(error) });
      deps.unstored.keep({ set, row, missing });
      return set.setId;
    }
  }

  async function generate(input: RunInput, context: WorkContext, calls: TextCalls): Promise<Introductions> {
    const introductions = createIntroductions(deps.announce, context.emit);
    let voidUpTo = 0;
    try {
      await generatePersonas(personaRequest(input, deps), input.count, calls, {
        onPersona(traits) {
          const portrait = deps.portraitOf(traits);
          introductions.add({ ...traits, id: deps.newId(), imageKey: portrait.key }, portrait);
        },
        onRestart() {
          if (introductions.restart()) voidUpTo = context.emit(RESET);
        },
        wasRead: () => context.sentUpTo() > voidUpTo,
      });
    } finally {
      await introductions.made(); // what is finished goes out before an error does
    }
    return introductions;
  }

  function recordFailure(error: unknown, row: LogRow): void {
    const code = error instanceof Problem ? error.code : "internal";
    const failed = { ...row, status: PROBLEMS[code].status, code };
    const recorded = store
      .record(failed)
      .catch((fault) => log.error("store.failed", { run: row.id, ...describeError(fault) }));
    deps.waitUntil(recorded);
  }

  async function make(input: RunInput, context: WorkContext): Promise<StoredSet> {
    const calls = deps.openCalls(context);
    try {
      const { personas, states, missing } = await generate(input, context, calls);
      const { key, emailHash, userHash, setId = deps.newId() } = input;
      const { model } = deps;
      const set = { key, setId, emailHash, userHash, model, personas, states, createdAt: now() };
      const savedAs = await save(set, { ...logRow(input, context, calls), setId }, missing);
      // The states that the events had: JSON and the stream are one answer.
      return { setId: savedAs, personas, states, createdAt: set.createdAt };
    } catch (error) {
      if (calls.spent.calls > 0) recordFailure(error, logRow(input, context, calls));
      throw error;
    }
  }

  return {
    reset: RESET,
    maxStarts: 3, // a run that brings its server down must not be paid for again and again
    async perform(input, context) {
      const stored = context.revived ? await alreadyStored(input, context) : undefined;
      for (const persona of stored?.personas ?? [])
        context.emit({ persona, imageStatus: stored?.states[persona.imageKey] });
      const result = stored ?? (await make(input, context));
      return { result, last: doneEvent(iso(result)) };
    },
  };
}

/** Tells readers to forget the personas so far. */
const RESET = { reset: true } as const;
