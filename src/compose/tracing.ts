import { tracing } from "cloudflare:workers";
import { Problem } from "../http/errors.ts";
import { UpstreamError } from "../openai/failures.ts";
import type { Generate } from "../portraits/generation/generator.ts";
import type { RunTask } from "../runs/runner/task.ts";
import type { Note, Trace } from "../trace.ts";

function errorType(error: unknown): string {
  return error instanceof Problem || error instanceof UpstreamError ? error.code : "internal";
}

/** The platform's own spans. Where nobody traces, `work` is all that is done: a span would cost 20 µs there, too. */
export const trace: Trace = (name, attributes, work) => {
  if (!tracing.getActiveSpan()?.isTraced) return work(() => {});
  return tracing.enterSpan(name, async (span) => {
    span.setAttributes({ ...attributes });
    try {
      return await work((more) => span.setAttributes({ ...more }));
    } catch (error) {
      span.setAttribute("error.type", errorType(error));
      throw error;
    }
  });
};

/** The span of the request itself. */
export const noteRequest: Note = (attributes) => {
  const span = tracing.getActiveSpan();
  if (span?.isTraced) span.setAttributes({ ...attributes });
};

/** The same function, each call of it in a span. */
export function traced<A extends unknown[], T>(name: string, work: (...args: A) => Promise<T>) {
  return (...args: A): Promise<T> => trace(name, {}, () => work(...args));
}

/** Each run of a room, within the request that began it. */
export function traceRuns<I, R, M>(room: "chat" | "personas", task: RunTask<I, R, M>): RunTask<I, R, M> {
  return {
    ...task,
    perform(input, context) {
      const { runId, recovered } = context;
      const begun = { "asknewton.run.id": runId, "asknewton.run.recovered": recovered };
      return trace(`run ${room}`, begun, async (note) => {
        const done = await task.perform(input, context);
        note({ "asknewton.outcome": done.stopped ? "stopped" : "done" });
        return done;
      });
    },
  };
}

/** Each upstream call for a portrait, which says in its answer what it cost, or why there is none. */
export function traceImages(generate: Generate): Generate {
  return (job, keep) => {
    const asked = {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "openai",
      "gen_ai.output.type": "image",
      "gen_ai.request.model": job.model,
    } as const;
    return trace(`generate_content ${job.model}`, asked, async (note) => {
      const attempt = await generate(job, keep);
      const { cost, error } = attempt;
      note({
        "gen_ai.usage.input_tokens": cost.inputTokens,
        "gen_ai.usage.output_tokens": cost.outputTokens,
        "asknewton.cost_usd": cost.costUsd,
        ...(error && { "error.type": error.code }),
      });
      return attempt;
    });
  };
}
