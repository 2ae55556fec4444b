import { utcDay } from "../../budget/guard.ts";
import type { RunRow } from "../../db/request-log.ts";
import { insist } from "../../http/availability.ts";
import { Problem } from "../../http/errors.ts";
import { describeError, log } from "../../log.ts";
import type { Spent } from "../../openai/text-call.ts";
import type { TextCalls } from "../../openai/text-calls.ts";
import { createRunRows } from "../../runs/run-log.ts";
import type { RunContext, RunTask } from "../../runs/runner/task.ts";
import { doneEvent, personaEvent, RESET } from "../events.ts";
import type { PersonaInput } from "../key.ts";
import type { ImageStates, StoredPersona, StoredSet } from "../presenter.ts";
import type { Traits } from "../schema.ts";
import type { SetOwner, SetRow } from "../set-row.ts";
import type { PersonaStore, RunResult } from "../store.ts";
import type { DedupeIndex } from "./dedupe-index.ts";
import { type GeneratorModel, generatePersonas, personaRequest } from "./generator.ts";
import { createOrderedEmitter, type OrderedEmitter, type Portrait } from "./ordered-emitter.ts";
import type { Outbox } from "./outbox.ts";

/** What a run works from: kept in its Durable Object until it has ended, so that a restart can begin again. */
export interface RunInput extends PersonaInput {
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
  /** The caller, hashed, out of whose share of the day it is paid; none: the operator's own. */
  readonly payer?: string;
}

/** What is kept of a run beside its events: whose it is, hashed. */
export interface PersonaMetadata {
  readonly userHash: string | null;
  /** It was begun with an Idempotency-Key. */
  readonly keyed?: boolean;
}

export interface PersonaTaskDeps extends GeneratorModel {
  readonly store: PersonaStore;
  /** `others` come before it in its set. */
  readonly portraitOf: (traits: Traits, others: readonly StoredPersona[]) => Portrait;
  /** Puts portraits among the jobs, with whose they are, and has them made; gives the states they are in. */
  readonly enqueuePortraits: (portraits: readonly Portrait[], owner: SetOwner) => Promise<ImageStates>;
  /** Has portraits made that were put among the jobs in another way. */
  readonly notify: () => Promise<void>;
  /** The sizes that are kept of each portrait. Pixels. */
  readonly imageWidths: readonly number[];
  /** `caller`: out of whose share of the day it is paid; undefined: out of nobody's. */
  readonly openCalls: (context: RunContext, caller: string | undefined) => TextCalls;
  readonly now: () => number;
  readonly newId: () => string;
  /** Takes a set that D1 would not store, to try again later: it was paid for. */
  readonly outbox: Pick<Outbox, "keep">;
  /** The Idempotency-Keys that have asked for a run so far. */
  readonly dedupeIndex: Pick<DedupeIndex, "findClaims" | "finished">;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export const ROUTE = "/api/personas/generate";

const toAsked = ({ key, ...asker }: RunInput) => ({ ...asker, requestHash: key });

function last(set: StoredSet, widths: readonly number[]) {
  const { setId, model } = set;
  const createdAt = new Date(set.createdAt).toISOString();
  return doneEvent({ setId, model, fromCache: false, createdAt, imageWidths: [...widths] });
}

/** A run that was erased leaves nothing; what else went wrong is for the log. */
function erased(error: unknown, { reason }: AbortSignal): Problem {
  return new Problem("interrupted", { cause: error === reason ? undefined : error });
}

/** The paid work behind a set: ask the model, give each persona as it comes, store the set and its log row. */
export function createPersonaTask(deps: PersonaTaskDeps): RunTask<RunInput, StoredSet, PersonaMetadata> {
  const { store, now } = deps;
  const rows = createRunRows({ route: ROUTE, model: deps.model, now });

  /** The set that this run stored just before its server died, if it got so far: it is not paid for again. */
  async function alreadyStored(input: RunInput, { startedAt }: RunContext): Promise<StoredSet | undefined> {
    const found = await store.find(input.key).catch((error: unknown) => {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
    });
    if (found?.kind !== "hit" || found.set.createdAt < startedAt) return undefined;
    const { setId, personas, states, createdAt, cost, model } = found.set;
    return { setId, personas, states, createdAt, cost, model };
  }

  /** The log may be out of reach where the cache is not. */
  async function save(result: RunResult & { readonly set: SetRow }): Promise<void> {
    try {
      await store.save(result);
    } catch (error) {
      log.error("store.failed", { run: result.row.id, ...describeError(error) });
      const { set, row, claims } = result;
      const stored = await store.saveUnlogged(result).then(
        () => true,
        (reason: unknown) => {
          log.error("store.failed", { run: row.id, ...describeError(reason) });
          return false;
        },
      );
      deps.outbox.keep(stored ? { row, claims, missing: [] } : { ...result, set });
    }
    deps.dedupeIndex.finished(result.claims);
    if (result.missing.length > 0) deps.waitUntil(deps.notify());
  }

  async function generate(input: RunInput, context: RunContext, calls: TextCalls): Promise<OrderedEmitter> {
    const enqueue = (portraits: readonly Portrait[]) => deps.enqueuePortraits(portraits, input);
    const emitter = createOrderedEmitter(enqueue, context.emit);
    try {
      const asked = { count: input.count, portraits: deps.portraits };
      await generatePersonas(personaRequest(input, deps), asked, calls, {
        onPersona(traits) {
          const portrait = deps.portraitOf(traits, emitter.personas);
          emitter.add({ ...traits, id: deps.newId(), imageKey: portrait.key }, portrait);
        },
        onRestart() {
          if (emitter.restart()) context.reset();
        },
        hasReader: context.hasReader,
      });
    } finally {
      await emitter.made(); // what is finished goes out before an error does
    }
    return emitter;
  }

  function recordFailure(row: RunRow): void {
    const result = { row, missing: [], claims: [] }; // the keys are free again when the run ends
    const recorded = store.save(result).catch((error: unknown) => {
      log.error("store.failed", { run: row.id, ...describeError(error) });
      deps.outbox.keep(result);
    });
    deps.waitUntil(recorded);
  }

  /** Never in the model's way. */
  function recordStart(row: RunRow): void {
    const recorded = insist(() => store.recordStart(row)).catch((error: unknown) => {
      log.error("store.failed", { run: row.id, ...describeError(error) });
    });
    deps.waitUntil(recorded);
  }

  async function make(input: RunInput, context: RunContext): Promise<StoredSet> {
    if (context.signal.aborted) throw new Problem("interrupted"); // while D1 was asked: it leaves nothing
    const calls = deps.openCalls(context, input.payer);
    const asked = toAsked(input);
    const begun = rows.underWay(asked, context);
    if (begun) recordStart(begun);
    try {
      const { personas, states, missing } = await generate(input, context, calls);
      const { key, setId, emailHash, userHash } = input;
      const { costUsd: usd, usage, model = deps.model } = calls.spent;
      const cost = { usd, tokens: usage.inputTokens + usage.outputTokens };
      // The states that the events had: JSON and the stream are one answer.
      const made = { setId, personas, states, cost, model, createdAt: now() };
      const lastShownOn = input.payer === undefined ? null : utcDay(made.createdAt); // a job's: nobody looks
      const set = { ...made, key, emailHash, userHash, lastShownOn };
      const row = { ...rows.done(asked, context, calls.spent), setId };
      await save({ set, row, missing, claims: deps.dedupeIndex.findClaims(context.runId) });
      return made;
    } catch (error) {
      if (context.signal.aborted) throw erased(error, context.signal);
      if (calls.spent.calls > 0) recordFailure(rows.failed(asked, context, calls.spent, error));
      throw error;
    }
  }

  return {
    reset: RESET,
    isText: ({ persona }) => persona !== undefined,
    interrupted({ input, checkpoint, ...run }) {
      if (!input || !checkpoint) return;
      recordFailure(rows.failed(toAsked(input), run, checkpoint as Spent, new Problem("interrupted")));
    },
    maxAttempts: 3, // a run that brings its server down must not be paid for again and again
    async perform(input, context) {
      const stored = context.recovered ? await alreadyStored(input, context) : undefined;
      for (const persona of stored?.personas ?? [])
        context.emit(personaEvent(persona, stored?.states[persona.imageKey]));
      const result = stored ?? (await make(input, context));
      return { result, last: last(result, deps.imageWidths) };
    },
  };
}
