import type { DailyLedger } from "../budget/daily-ledger.ts";
import type { ChatRuns, RunRef, SendRequest } from "../chat/object.ts";
import { type Config, type ConfigResult, parseConfig } from "../config/config.ts";
import type { RunRow } from "../db/request-log.ts";
import type { JoinRequest, PersonaRuns, ResumeRequest } from "../personas/generation/object.ts";
import type { PregenerateMessage } from "../personas/pregenerate/pregenerate.ts";

/** What the portraits need of wrangler.toml. */
export interface PortraitBindings {
  readonly DB: D1Database;
  readonly IMAGES: R2Bucket;
  readonly TRANSFORM: ImagesBinding;
  readonly IMAGE_JOBS: Queue;
}

/** The bindings of wrangler.toml. The variables are text, and `parseConfig` reads them. */
export interface Env extends PortraitBindings {
  readonly PERSONA_GENERATIONS: DurableObjectNamespace<PersonaGenerationRpc>;
  readonly CHAT_STREAMS: DurableObjectNamespace<ChatStreamRpc>;
  readonly SPEND: DurableObjectNamespace<SpendLedgerRpc>;
  readonly RATE_LIMITER: RateLimit;
  readonly ASSETS: Fetcher;
  readonly PREGENERATE_JOBS: Queue<PregenerateMessage>;
  readonly CHAT_LOG: Queue<RunRow>;
}

type ChatStreamRpc = Rpc.DurableObjectBranded & {
  send(request: SendRequest): ReturnType<ChatRuns["send"]>;
  resume(run: RunRef & { readonly after: number }): ReturnType<ChatRuns["resume"]>;
  stop(run: RunRef): ReturnType<ChatRuns["stop"]>;
  stopKey(): ReturnType<ChatRuns["stopKey"]>;
  forget(): ReturnType<ChatRuns["forget"]>;
};

type SpendLedgerRpc = Rpc.DurableObjectBranded & Pick<DailyLedger, "reserve" | "reserveMany" | "settle">;

type PersonaGenerationRpc = Rpc.DurableObjectBranded & {
  join(request: JoinRequest): ReturnType<PersonaRuns["join"]>;
  resume(request: ResumeRequest): ReturnType<PersonaRuns["resume"]>;
  forget(): ReturnType<PersonaRuns["forget"]>;
};

export const now = () => Date.now();

// Scope: the isolate. The bindings never change, and each new Durable Object reads them.
const parsed = new WeakMap<Env, ConfigResult>();

/** The configuration, or what is wrong with it; the bindings are read once an isolate. */
export function readConfig(env: Env): ConfigResult {
  const result = parsed.get(env) ?? parseConfig(env as unknown as Record<string, unknown>);
  parsed.set(env, result);
  return result;
}

/** The same where it is known to be valid. Throws where it is not. */
export function validConfig(env: Env): Config {
  const result = readConfig(env);
  if (!result.ok) throw new Error("invalid configuration"); // the Worker asks no object then
  return result.config;
}

export const personaObject = ({ PERSONA_GENERATIONS: objects }: Env, key: string) =>
  objects.get(objects.idFromName(key));
export const chatObject = ({ CHAT_STREAMS: objects }: Env, name: string) =>
  objects.get(objects.idFromName(name));
