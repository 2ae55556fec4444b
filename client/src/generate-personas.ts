import type { GenerateRequest, Persona, PersonaSet, StreamFailure } from "./api-types.ts";
import { type ConnectionEvent, openEvent } from "./connection/connection-events.ts";
import { EVENT_STREAM } from "./connection/event-stream.ts";
import { type Call, type ConnectionOptions, createCall, newKey } from "./connection/request.ts";
import { type ReadOptions, readResumable } from "./connection/resumable-stream.ts";
import type { ReconnectOptions } from "./connection/retry.ts";
import { createResume } from "./connection/routes.ts";
import { fetchWholeAnswer } from "./connection/whole-answer.ts";
import { failureFrom } from "./problem.ts";

export interface GeneratePersonasOptions extends ConnectionOptions {
  /** Ends the waiting. The set is made all the same: others may be waiting for it too. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the set anew, and replaces the one that is kept. */
  readonly refresh?: boolean | undefined;
  /** Called with each persona the moment it is there, and with all so far. */
  readonly onPersona?: ((persona: Persona, soFar: readonly Persona[]) => void) | undefined;
  /** Called where the personas so far are void and others will come: the model had to begin again. */
  readonly onReset?: (() => void) | undefined;
  readonly onEvent?: ((event: ConnectionEvent) => void) | undefined;
  /** Names this request. Default: a new one for a refresh, none else, since equal inputs share their answer. */
  readonly idempotencyKey?: string | undefined;
  /** The service's `SSE_HEARTBEAT_MS`. */
  readonly heartbeatMs?: number | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
}

type Send = (accept: string, signal: AbortSignal) => Promise<Response>;

function createSend(input: GenerateRequest, call: Call, options: GeneratePersonasOptions): Send {
  const { refresh, idempotencyKey = refresh ? newKey() : undefined } = options;
  const fixed = { "Cache-Control": refresh ? "no-cache" : undefined, "Idempotency-Key": idempotencyKey };
  return (Accept, signal) =>
    call("/api/personas/generate", { method: "POST", headers: { ...fixed, Accept }, body: input, signal });
}

type Collector = ReturnType<typeof createCollector>;

/** Gives personas on as they come. */
function createCollector({ onPersona, onReset }: GeneratePersonasOptions) {
  let personas: Persona[] = [];
  const reset = () => {
    if (personas.length > 0) onReset?.();
    personas = [];
  };
  const add = (persona: Persona) => {
    personas = [...personas, persona];
    onPersona?.(persona, personas);
  };
  return {
    reset,
    add,
    all: () => personas,
    /** Gives on what a whole set has beyond those that came. */
    complete(set: readonly Persona[]) {
      if (!personas.every(({ id }, index) => id === set[index]?.id)) reset();
      for (const persona of set.slice(personas.length)) add(persona);
    },
  };
}

/** Undefined where no stream gets through. */
async function streamedSet(
  send: Send,
  call: Call,
  collector: Collector,
  options: ReadOptions,
): Promise<PersonaSet | undefined> {
  const source = {
    restartable: true,
    begin: (signal: AbortSignal) => send(EVENT_STREAM, signal),
    resume: createResume(call, "/api/personas/generations"),
  };
  for await (const events of readResumable(source, { lastEventId: 0 }, options)) {
    for (const { id: _, done, ...fields } of events) {
      if (fields.reset) collector.reset();
      if (fields.persona) collector.add(fields.persona as Persona);
      if (fields.error) throw failureFrom(fields.error as StreamFailure);
      if (done) return { ...(fields as unknown as PersonaSet), personas: collector.all() };
    }
  }
  return undefined;
}

/**
 * The personas of a lead. Throws `AskNewtonError`, or the signal's reason. A connection that is lost costs
 * nothing: sending again joins the run that is under way, or finds what it made.
 */
export async function generatePersonas(
  input: GenerateRequest,
  options: GeneratePersonasOptions = {},
): Promise<PersonaSet> {
  const { onPersona, onEvent = () => {}, signal = new AbortController().signal } = options;
  const call = createCall(options);
  const send = createSend(input, call, options);
  const read = { ...options, signal, onEvent };
  signal.throwIfAborted();

  const collector = createCollector(options);
  if (onPersona) {
    const set = await streamedSet(send, call, collector, read);
    if (set) return set;
    onEvent({ type: "fallback" });
  }
  const { answer, response } = await fetchWholeAnswer<PersonaSet>(
    (abort) => send("application/json", abort),
    ({ personas }) => Array.isArray(personas),
    read,
  );
  onEvent(openEvent(response));
  collector.complete(answer.personas);
  return answer;
}
