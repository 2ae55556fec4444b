import { droppedConnection, UpstreamError } from "../../openai/failures.ts";
import { parseImageUsage, type Usage } from "../../openai/shapes/usage.ts";
import type { Upstream } from "../../openai/upstream.ts";
import type { CallCost, PortraitJob } from "../jobs/store.ts";
import { readImageAnswer } from "./answer.ts";
import { fetchPortrait } from "./linked-portrait.ts";
import { type PortraitFile, unusable } from "./portrait-bytes.ts";
import { imageRequest } from "./request.ts";

export interface GeneratorDeps {
  readonly createImage: Upstream["createImage"];
  /** US dollars. */
  readonly cost: (job: PortraitJob, usage: Usage) => number;
  readonly worstCase: (job: PortraitJob) => number;
  readonly timeoutMs: number;
  /** Origins whose portraits are fetched though they are not https, or not public. */
  readonly linkOrigins: readonly string[];
  readonly now: () => number;
}

/** What one upstream call came to. `error` is why there is no portrait. */
export interface Attempt {
  readonly error?: UpstreamError;
  /** The portrait was made, and is out of our reach: there is to be no other. */
  readonly final?: boolean;
  /** The portrait could not be kept: its error. */
  readonly unkept?: unknown;
  readonly cost: CallCost;
}

export type Generate = (
  job: PortraitJob,
  keep: (portrait: PortraitFile) => Promise<void>,
) => Promise<Attempt>;

// A portrait is in memory from its first byte until it is kept, a fraction of a second after seconds of waiting.
// Two at once, however many calls are under way: a few MB of a Worker's 128, 24 at the largest that is taken.
const MAX_IN_MEMORY = 2;

/** Runs at most `limit` of the works that it is given at a time, the others in turn. */
function createGate(limit: number) {
  const waiting: (() => void)[] = []; // as many as there are calls under way
  let free = limit;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

function asUpstreamError(error: unknown): UpstreamError {
  return error instanceof UpstreamError ? error : droppedConnection(error);
}

/** CONTRACT §4: after so long a failure does not say that nothing was made, and billed. Milliseconds. */
const MAY_BE_BILLED_MS = 10_000;

/** Whether nobody can say what became of a call. `reading`: a 2xx had come, and its body was on its way. */
function isUncertain({ code, status, transient }: UpstreamError, reading: boolean, tookMs: number): boolean {
  if (code === "upstream_timeout" || (reading && transient)) return true;
  const isBroken = code === "upstream_error" && (status === undefined || status >= 500);
  return isBroken && tookMs > MAY_BE_BILLED_MS;
}

const NOTHING: CallCost = { inputTokens: 0, outputTokens: 0, costUsd: 0, uncertain: false };

/**
 * Makes one upstream call and hands over its portrait. What was refused or never arrived cost nothing; where the
 * upstream did not say what it used, or nobody knows what became of the call, the worst case counts.
 */
export function createGenerator(deps: GeneratorDeps): Generate {
  const { createImage, linkOrigins, timeoutMs, now } = deps;
  const inMemory = createGate(MAX_IN_MEMORY);

  function used(job: PortraitJob, usage: Usage | undefined): CallCost {
    if (!usage) return { ...NOTHING, costUsd: deps.worstCase(job) };
    const { inputTokens, outputTokens } = usage;
    return { inputTokens, outputTokens, costUsd: deps.cost(job, usage), uncertain: false };
  }

  function failedCost(job: PortraitJob, { code }: UpstreamError, uncertain: boolean): CallCost {
    const made = code === "upstream_invalid_output"; // something, though no portrait
    return uncertain || made ? { ...used(job, undefined), uncertain } : NOTHING;
  }

  async function keepFrom(
    portrait: PortraitFile | string,
    cost: CallCost,
    { keep, signal }: { keep: (portrait: PortraitFile) => Promise<void>; signal: AbortSignal },
  ): Promise<Attempt> {
    let file: PortraitFile;
    try {
      const isLink = typeof portrait === "string";
      file = isLink ? await fetchPortrait(portrait, { origins: linkOrigins, signal }) : portrait;
    } catch (cause) {
      return { error: unusable(cause), final: true, cost };
    }
    const unkept = await keep(file).then(
      () => ({}),
      (error: unknown) => ({ unkept: error }),
    );
    return { ...unkept, cost };
  }

  return async (job, keep) => {
    const controller = new AbortController();
    const { signal } = controller;
    const tooSlow = new UpstreamError("upstream_timeout");
    const startedAt = now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = (ms: number) => {
      timer = setTimeout(() => controller.abort(tooSlow), ms);
    };
    let reading = false;
    const take = async (response: Response, leftMs: number) => {
      limit(leftMs);
      const { portrait, usage } = await readImageAnswer(response);
      reading = false;
      if (portrait instanceof UpstreamError) throw portrait;
      return await keepFrom(portrait, used(job, parseImageUsage(usage)), { keep, signal });
    };
    try {
      limit(timeoutMs);
      const response = await createImage(imageRequest(job), signal);
      reading = true;
      clearTimeout(timer); // waiting for its turn is not the upstream's time
      const leftMs = timeoutMs - (now() - startedAt);
      return await inMemory(() => take(response, leftMs));
    } catch (cause) {
      const error = signal.aborted ? tooSlow : asUpstreamError(cause);
      const uncertain = isUncertain(error, reading, now() - startedAt);
      return { error, cost: failedCost(job, error, uncertain) };
    } finally {
      clearTimeout(timer);
    }
  };
}
