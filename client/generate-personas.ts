import { type ConnectionEvent, openEvent } from "./connection-events.ts";
import { type FollowOptions, follow } from "./follow.ts";
import type { ReconnectOptions } from "./patience.ts";
import type { Place } from "./place.ts";
import { failureFrom } from "./problem.ts";
import { type Call, type ConnectionOptions, createCall, newKey } from "./request.ts";
import { EVENT_STREAM, resumer } from "./routes.ts";
import { askWhole } from "./whole.ts";
import type { GenerateRequest, Persona, PersonaSet, StreamFailure } from "./wire.ts";

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

const ROUTE = "/api/personas/generate";

type Ask = (accept: string, signal: AbortSignal) => Promise<Response>;

function asker(input: GenerateRequest, call: Call, options: GeneratePersonasOptions): Ask {
  const { refresh, idempotencyKey = refresh ? newKey() : undefined } = options;
  const headers = {
    ...(refresh && { "Cache-Control": "no-cache" }),
    ...(idempotencyKey && { "Idempotency-Key": idempotencyKey }),
  };
  return (Accept, signal) =>
    call(ROUTE, { method: "POST", headers: { Accept, ...headers }, body: input, signal });
}

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
type Collector = ReturnType<typeof createCollector>;

/** Undefined where no stream gets through. */
async function streamed(
  ask: Ask,
  call: Call,
  collector: Collector,
  options: FollowOptions,
): Promise<PersonaSet | undefined> {
  const place: Place = { lastId: 0 };
  const feed = {
    restartable: true,
    begin: (signal: AbortSignal) => ask(EVENT_STREAM, signal),
    resume: resumer(call, "/api/personas/generations"),
  };
  for await (const events of follow(feed, place, options)) {
    for (const event of events) {
      if (event.reset) collector.reset();
      if (event.persona) collector.add(event.persona as Persona);
      if (event.error) throw failureFrom(event.error as StreamFailure);
      if (event.done) {
        const { setId, fromCache, createdAt } = event as unknown as PersonaSet;
        return { setId, personas: collector.all(), fromCache, createdAt };
      }
    }
  }
  return undefined;
}

/**
 * The personas of a lead. Throws `AskNewtonError`, or the signal's reason. A connection that is lost costs
 * nothing: asking again joins the run that is under way, or finds what it made.
 */
export async function generatePersonas(
  input: GenerateRequest,
  options: GeneratePersonasOptions = {},
): Promise<PersonaSet> {
  const { onPersona, onEvent = () => {}, signal = new AbortController().signal } = options;
  const call = createCall(options);
  const ask = asker(input, call, options);
  const follow = { ...options, signal, onEvent };
  signal.throwIfAborted();

  const collector = createCollector(options);
  if (onPersona) {
    const set = await streamed(ask, call, collector, follow);
    if (set) return set;
    onEvent({ type: "fallback" });
  }
  const { answer, response } = await askWhole<PersonaSet>(
    (abort) => ask("application/json", abort),
    ({ personas }) => Array.isArray(personas),
    follow,
  );
  onEvent(openEvent(response));
  collector.complete(answer.personas);
  return answer;
}
