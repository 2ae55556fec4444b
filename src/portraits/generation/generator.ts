import { droppedConnection, UpstreamError } from "../../openai/failures.ts";
import { parseImageUsage, type Usage } from "../../openai/shapes/usage.ts";
import type { Upstream } from "../../openai/upstream.ts";
import type { CallCost, PortraitJob } from "../jobs/store.ts";
import { readImageAnswer } from "./answer.ts";
import { fetchPicture } from "./linked-picture.ts";
import { type PortraitFile, unusable } from "./picture-bytes.ts";
import { imageRequest } from "./request.ts";

export interface GeneratorDeps {
  readonly createImage: Upstream["createImage"];
  /** US dollars. */
  readonly cost: (job: PortraitJob, usage: Usage) => number;
  readonly worstCase: (job: PortraitJob) => number;
  readonly timeoutMs: number;
  /** Origins whose pictures are fetched though they are not https, or not public. */
  readonly linkOrigins: readonly string[];
  readonly now: () => number;
}

/** What one upstream call came to. `fault` is why there is no picture. */
export interface Attempt {
  readonly fault?: UpstreamError;
  /** The picture was made, and is out of our reach: there is to be no other. */
  readonly final?: boolean;
  /** The picture could not be kept: its error. */
  readonly unkept?: unknown;
  readonly cost: CallCost;
}

export type Generate = (job: PortraitJob, keep: (picture: PortraitFile) => Promise<void>) => Promise<Attempt>;

// A picture is in memory from its first byte until it is kept, a fraction of a second after seconds of waiting.
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

function asFault(error: unknown): UpstreamError {
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
 * Makes one upstream call and hands over its picture. What was refused or never arrived cost nothing; where the
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

  function failedCost(job: PortraitJob, fault: UpstreamError, uncertain: boolean): CallCost {
    const made = fault.code === "upstream_invalid_output"; // something, though no picture
    return uncertain || made ? { ...used(job, undefined), uncertain } : NOTHING;
  }

  async function keepFrom(
    picture: PortraitFile | string,
    cost: CallCost,
    { keep, signal }: { keep: (picture: PortraitFile) => Promise<void>; signal: AbortSignal },
  ): Promise<Attempt> {
    let file: PortraitFile;
    try {
      const isLink = typeof picture === "string";
      file = isLink ? await fetchPicture(picture, { origins: linkOrigins, signal }) : picture;
    } catch (cause) {
      return { fault: unusable(cause), final: true, cost };
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
      const { picture, usage } = await readImageAnswer(response);
      reading = false;
      if (picture instanceof UpstreamError) throw picture;
      return await keepFrom(picture, used(job, parseImageUsage(usage)), { keep, signal });
    };
    try {
      limit(timeoutMs);
      const response = await createImage(imageRequest(job), signal);
      reading = true;
      clearTimeout(timer); // waiting for its turn is no fault of the upstream's
      const leftMs = timeoutMs - (now() - startedAt);
      return await inMemory(() => take(response, leftMs));
    } catch (error) {
      const fault = signal.aborted ? tooSlow : asFault(error);
      const uncertain = isUncertain(fault, reading, now() - startedAt);
      return { fault, cost: failedCost(job, fault, uncertain) };
    } finally {
      clearTimeout(timer);
    }
  };
}
