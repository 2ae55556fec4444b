import { DurableObject } from "cloudflare:workers";
import { createApp } from "./app.ts";
import { composeApp, composePersonaRuns, type Env } from "./compose.ts";
import type { JoinRequest, PersonaRuns, ResumeRequest } from "./personas/run.ts";
import { createDayLedger, type DayLedger } from "./spend/day-ledger.ts";

let composed: { readonly env: Env; readonly app: ReturnType<typeof createApp> } | undefined;

/** Once an isolate: its bindings never change. */
function appFor(env: Env): ReturnType<typeof createApp> {
  if (composed?.env !== env) composed = { env, app: createApp(composeApp(env)) };
  return composed.app;
}

export default {
  fetch: (request, env, ctx) => appFor(env).fetch(request, env, ctx),
} satisfies ExportedHandler<Env>;

/** The runs of one persona key; its name is the key. */
export class PersonaGeneration extends DurableObject<Env> {
  readonly #runs: PersonaRuns;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#runs = composePersonaRuns(ctx, env);
  }

  join(request: JoinRequest) {
    return this.#runs.join(request);
  }

  resume(request: ResumeRequest) {
    return this.#runs.resume(request);
  }

  override alarm() {
    return this.#runs.alarm();
  }
}

/** The money of one UTC day; its name is the day. */
export class SpendLedger extends DurableObject<Env> {
  readonly #ledger: DayLedger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#ledger = createDayLedger(ctx.storage, () => Date.now());
  }

  reserve(id: string, amountUsd: number, limitUsd: number) {
    return this.#ledger.reserve(id, amountUsd, limitUsd);
  }

  settle(id: string, actualUsd: number) {
    this.#ledger.settle(id, actualUsd);
  }

  override alarm() {
    return this.#ledger.close();
  }
}
