import { DurableObject } from "cloudflare:workers";
import { consumeBatch, runCron } from "./background.ts";
import { createDailyLedger, type DailyLedger } from "./budget/daily-ledger.ts";
import type { ChatRuns, RunRef, SendRequest } from "./chat/object.ts";
import { composeFetch } from "./compose/app.ts";
import { composeWork } from "./compose/background.ts";
import { composeChatLog, composeChatRuns } from "./compose/chat.ts";
import type { Env } from "./compose/env.ts";
import { composePersonaRuns } from "./compose/personas.ts";
import type { Fetch } from "./personas/cache/fast-path.ts";
import type { JoinRequest, PersonaRuns, ResumeRequest } from "./personas/generation/object.ts";
import { attemptAlarm } from "./runs/alarm.ts";

let composed: { readonly env: Env; readonly fetch: Fetch<unknown> } | undefined;

/** Once an isolate: its bindings never change. */
function fetchFor(env: Env): Fetch<unknown> {
  if (composed?.env !== env) composed = { env, fetch: composeFetch(env) };
  return composed.fetch;
}

export default {
  fetch: (request, env, ctx) => fetchFor(env)(request, env, ctx),
  queue: (batch, env) => consumeBatch(batch, composeWork(env), composeChatLog(env)),
  scheduled: ({ cron }, env) => runCron(cron, composeWork(env)),
} satisfies ExportedHandler<Env>;

/**
 * The runs of one persona key; its name is the key. Composed when first asked: under an invalid configuration its
 * alarm must still forget.
 */
export class PersonaGeneration extends DurableObject<Env> {
  #composed: PersonaRuns | undefined;

  get #runs(): PersonaRuns {
    this.#composed ??= composePersonaRuns(this.ctx, this.env);
    return this.#composed;
  }

  join(request: JoinRequest) {
    return this.#runs.join(request);
  }

  resume(request: ResumeRequest) {
    return this.#runs.resume(request);
  }

  forget() {
    return this.#runs.forget();
  }

  override alarm() {
    return attemptAlarm(
      this.ctx.storage,
      () => Date.now(),
      () => this.#runs.alarm(),
    );
  }
}

/** The runs of one chat request; its name is a hash of what was asked, or of its Idempotency-Key. */
export class ChatStream extends DurableObject<Env> {
  #composed: ChatRuns | undefined;

  get #runs(): ChatRuns {
    this.#composed ??= composeChatRuns(this.ctx, this.env);
    return this.#composed;
  }

  send(request: SendRequest) {
    return this.#runs.send(request);
  }

  resume(run: RunRef & { readonly after: number }) {
    return this.#runs.resume(run);
  }

  stop(run: RunRef) {
    return this.#runs.stop(run);
  }

  stopKey() {
    return this.#runs.stopKey();
  }

  forget() {
    return this.#runs.forget();
  }

  override alarm() {
    return attemptAlarm(
      this.ctx.storage,
      () => Date.now(),
      () => this.#runs.alarm(),
    );
  }
}

/** The money of one UTC day; its name is the day. */
export class SpendLedger extends DurableObject<Env> {
  readonly #ledger: DailyLedger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#ledger = createDailyLedger(ctx.storage, () => Date.now());
  }

  reserve(id: string, amountUsd: number, limitUsd: number) {
    return this.#ledger.reserve(id, amountUsd, limitUsd);
  }

  reserveMany(id: string, amountsUsd: readonly number[], limitUsd: number) {
    return this.#ledger.reserveMany(id, amountsUsd, limitUsd);
  }

  settle(id: string, actualUsd: number) {
    this.#ledger.settle(id, actualUsd);
  }

  override alarm() {
    return this.#ledger.close();
  }
}
