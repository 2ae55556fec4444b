import { droppedConnection, UpstreamError } from "../../openai/failures.ts";
import { parseImageUsage, type Usage } from "../../openai/shapes/usage.ts";
import type { ImageRequest, Upstream } from "../../openai/upstream.ts";
import type { CallCost, PortraitJob } from "../jobs/store.ts";
import type { PortraitStyle } from "../key.ts";
import { type PortraitFile, readImageAnswer } from "./answer.ts";

export interface GeneratorDeps {
  readonly upstream: Pick<Upstream, "createImage">;
  /** US dollars. */
  readonly cost: (job: PortraitJob, usage: Usage) => number;
  readonly worstCase: (job: PortraitJob) => number;
  readonly timeoutMs: number;
}

/** What one upstream call came to. `fault` is why there is no picture. */
export interface Attempt {
  readonly fault?: UpstreamError;
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

/** DALL·E 3 knows `standard` and `hd`, DALL·E 2 the first alone: the nearest to a quality of the later models. */
function dallEQuality(model: string, quality: string): string {
  return model !== "dall-e-2" && ["high", "hd"].includes(quality) ? "hd" : "standard";
}

/** GPT image models give base64 only and refuse `response_format`; DALL·E wants it and refuses the other. */
export function imageRequest({
  model,
  prompt,
  size,
  quality,
}: Pick<PortraitJob, "prompt" | keyof PortraitStyle>): ImageRequest {
  if (!model.startsWith("dall-e-")) return { model, prompt, size, quality, output_format: "webp" };
  return { model, prompt, size, quality: dallEQuality(model, quality), response_format: "b64_json" };
}

function asFault(error: unknown): UpstreamError {
  return error instanceof UpstreamError ? error : droppedConnection(error);
}

/**
 * Makes one upstream call and hands over its picture. Where the upstream refused with a status, the call cost
 * nothing; where it did not say what it used, the worst case counts, since the work may have been done.
 */
export function createGenerator({ upstream, cost, worstCase, timeoutMs }: GeneratorDeps): Generate {
  const inMemory = createGate(MAX_IN_MEMORY);

  function used(job: PortraitJob, usage: Usage | undefined): CallCost {
    if (!usage) return { inputTokens: 0, outputTokens: 0, costUsd: worstCase(job) };
    const { inputTokens, outputTokens } = usage;
    return { inputTokens, outputTokens, costUsd: cost(job, usage) };
  }

  async function keepFrom(
    response: Response,
    job: PortraitJob,
    keep: (picture: PortraitFile) => Promise<void>,
  ) {
    const { picture, usage } = await readImageAnswer(response);
    const unkept = await keep(picture).then(
      () => ({}),
      (error: unknown) => ({ unkept: error }),
    );
    return { ...unkept, cost: used(job, parseImageUsage(usage)) };
  }

  return async (job, keep) => {
    const controller = new AbortController();
    const tooSlow = new UpstreamError("upstream_timeout");
    const timer = setTimeout(() => controller.abort(tooSlow), timeoutMs);
    try {
      const response = await upstream.createImage(imageRequest(job), controller.signal);
      return await inMemory(() => keepFrom(response, job, keep));
    } catch (error) {
      const fault = controller.signal.aborted ? tooSlow : asFault(error);
      const free = fault.status !== undefined;
      return { fault, cost: free ? { inputTokens: 0, outputTokens: 0, costUsd: 0 } : used(job, undefined) };
    } finally {
      clearTimeout(timer);
    }
  };
}
