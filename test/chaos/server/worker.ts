// What the storm runs: src/worker.ts over bindings that fail and a clock that is ahead of the machine's.
import worker, {
  ChatStream as Chat,
  SpendLedger as Ledger,
  PersonaGeneration as Personas,
} from "../../../src/worker.ts";
import { hastenRetries, shiftAlarms, shiftClock } from "./clock.ts";
import { breakBindings, type FaultRates, setFaultRates } from "./faults.ts";

type Env = Parameters<typeof worker.fetch>[1] & {
  /** How far the clock is ahead, until the storm says otherwise. Milliseconds. */
  readonly STORM_CLOCK_MS: string;
};

/** Where the storm says how often bindings fail, and how far the clock is ahead. */
const CONTROL = "/__storm";

interface Told {
  readonly rates: FaultRates;
  readonly clockMs: number;
}

let told: Told | undefined; // scope: the isolate

function prepare(env: Env): void {
  shiftClock(told?.clockMs ?? Number(env.STORM_CLOCK_MS));
  breakBindings(env);
}

function prepareObject({ storage }: DurableObjectState, env: Env): void {
  prepare(env);
  shiftAlarms(storage);
}

export class PersonaGeneration extends Personas {
  constructor(ctx: DurableObjectState, env: Env) {
    prepareObject(ctx, env);
    super(ctx, env);
  }
}

export class ChatStream extends Chat {
  constructor(ctx: DurableObjectState, env: Env) {
    prepareObject(ctx, env);
    super(ctx, env);
  }
}

export class SpendLedger extends Ledger {
  constructor(ctx: DurableObjectState, env: Env) {
    prepareObject(ctx, env);
    super(ctx, env);
  }
}

export default {
  async fetch(request, env, ctx) {
    prepare(env);
    if (new URL(request.url).pathname !== CONTROL) return await worker.fetch(request, env, ctx);
    told = await request.json<Told>();
    setFaultRates(told.rates);
    prepare(env);
    return new Response(null, { status: 204 });
  },
  queue(batch, env) {
    prepare(env);
    hastenRetries(batch);
    return worker.queue(batch, env);
  },
  scheduled(controller, env) {
    prepare(env);
    return worker.scheduled(controller, env);
  },
} satisfies ExportedHandler<Env>;
