import { type Increments, savedTotals } from "../budget/totals.ts";
import type { Hasher } from "../hash.ts";
import { Problem } from "../http/errors.ts";
import { answerTotals, askRun, type How, runResponse } from "../runs/run-answer.ts";
import { SSE_HEADERS } from "../runs/sse.ts";
import { createReadThrough, type Hit, type Prepare, type ReadThroughDeps } from "./cache/read-through.ts";
import { toEventStream } from "./events.ts";
import type { JoinAnswer, PersonaRuns } from "./generation/object.ts";
import { createPortraitWait, withTodaysStates } from "./portrait-wait.ts";
import { savedBy, toPersonaSet } from "./presenter.ts";
import { type PersonaRequest, toJoinRequest } from "./request.ts";
import type { PersonaSet } from "./schema.ts";

export interface AnswerRequestDeps extends ReadThroughDeps {
  /** The Durable Object of a persona key. */
  readonly runs: (key: string) => Pick<PersonaRuns, "join" | "resume">;
  readonly hash: Hasher;
  readonly upstreamConfigured: boolean;
  readonly now: () => number;
}

/** A cache's, or a run's. */
export type PersonaAnswer = Hit | JoinAnswer;

type SetAnswer = Extract<JoinAnswer, { kind: "set" }>;

/** What an answer adds to the day's totals. */
export function toTotals(answer: PersonaAnswer): Increments {
  if (answer.kind === "hit")
    return { requests: 1, [`hits.${answer.layer}`]: 1, ...savedTotals(answer.answer.saved) };
  if (answer.kind === "failure") return { requests: 1 };
  return answerTotals(answer.how, answer.kind === "set" ? savedBy(answer.set) : undefined);
}

/** From a cache, or else from the run of the request's key. `later` takes what the answer need not wait for. */
export async function answerRequest(
  deps: AnswerRequestDeps,
  request: PersonaRequest,
  later: (promise: Promise<unknown>) => void,
): Promise<PersonaAnswer> {
  const { store, now, hash } = deps;
  const { input, claim, timing, startedAt, wish } = request;
  const { refresh } = wish;
  const cacheKey = { key: input.key, baseUrl: request.baseUrl };
  const readThrough = createReadThrough(deps, later);
  const prepare: Prepare = async (set) => {
    if (!request.waitsForPortraits) return set;
    const wait = createPortraitWait(store, now);
    return await timing.measure("portraits", () => wait(set, startedAt));
  };

  /** A run's set as it is shown, which the first two cache layers get to know. */
  async function prepareSet(answer: SetAnswer): Promise<SetAnswer> {
    if (answer.how === "replayed")
      return { ...answer, set: await prepare(await withTodaysStates(store, answer.set)) };
    const set = await prepare(answer.set);
    readThrough.fill(cacheKey, set);
    return { ...answer, set };
  }

  async function fromRun(acceptStale: boolean): Promise<JoinAnswer> {
    if (wish.onlyIfCached) throw new Problem("not_cached");
    if (!deps.upstreamConfigured) throw new Problem("upstream_not_configured");
    const join = toJoinRequest(request, acceptStale, hash);
    if (refresh) readThrough.invalidate(cacheKey, startedAt);
    const answer = await timing.measure("run", () => askRun(() => deps.runs(input.key).join(join)));
    if (refresh && (answer.kind === "failure" || answer.how === "replayed")) readThrough.restore(cacheKey);
    return answer.kind === "set" ? await prepareSet(answer) : answer;
  }

  const found = await readThrough.find({ cacheKey, claim, refresh, timing, prepare });
  if (found.kind === "hit") return found;
  if (found.kind !== "replay") return await fromRun(found.kind === "unavailable");
  later(store.shown(found.set));
  return await prepareSet({ kind: "set", how: "replayed", set: found.set });
}

/** RFC 9211. `collapsed`: it joined a run that another caller had started. */
export function cacheStatus(how: How, refresh: boolean): string {
  if (how === "replayed") return "asknewton-log; hit";
  return `asknewton; fwd=${refresh ? "request" : "miss"}${how === "joined" ? "; collapsed" : ""}`;
}

export const JSON_HEADERS = { "Content-Type": "application/json", "Cache-Control": "private, no-store" };

/** A whole set, in the form that was asked for. */
function whole(stream: boolean, body: string | Uint8Array, headers: Record<string, string>): Response {
  if (!stream) return new Response(body, { headers: { ...JSON_HEADERS, ...headers } });
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  return new Response(toEventStream(JSON.parse(text) as PersonaSet), {
    headers: { ...SSE_HEADERS, ...headers },
  });
}

export function answerFromCache({ layer, answer }: Hit, stream: boolean, serverTiming: string): Response {
  return whole(stream, answer.body, {
    "Cache-Status": `asknewton-${layer}; hit`,
    "Server-Timing": serverTiming,
  });
}

export interface RunAnswerOptions {
  readonly key: string;
  readonly baseUrl: string;
  readonly refresh: boolean;
  readonly stream: boolean;
  readonly serverTiming: string;
  readonly imageWidths: readonly number[];
}

/** Throws the run's failure as a `Problem`. */
export function answerFromRun(answer: JoinAnswer, options: RunAnswerOptions): Response {
  const status = {
    "Cache-Status": cacheStatus(answer.how, options.refresh),
    "Server-Timing": options.serverTiming,
  };
  if (answer.kind !== "set") return runResponse(answer, options.key, status);
  const replayed = answer.how === "replayed";
  const { baseUrl, imageWidths } = options;
  const set = toPersonaSet(answer.set, { baseUrl, fromCache: false, imageWidths });
  const body = JSON.stringify({ ...set, ...(replayed && { fromIdempotentCache: true }) });
  return whole(options.stream, body, { ...status, ...(replayed && { "Idempotency-Replayed": "true" }) });
}
