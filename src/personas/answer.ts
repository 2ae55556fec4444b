import { type How, runResponse } from "../runs/run-answer.ts";
import { SSE_HEADERS } from "../runs/sse.ts";
import type { Hit } from "./cache/read-through.ts";
import type { JoinAnswer } from "./generation/object.ts";
import { toEventStream, toPersonaSet } from "./presenter.ts";
import type { PersonaSet } from "./schema.ts";

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
