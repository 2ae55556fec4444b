/**
 * What a span may hold. A closed list, as the log's is: models, tokens, money, codes and names of ours, and nothing
 * that a person wrote. Names with `gen_ai` are OpenTelemetry's GenAI conventions'.
 */
export interface SpanAttributes {
  readonly "gen_ai.operation.name"?: "chat" | "generate_content";
  readonly "gen_ai.provider.name"?: "openai";
  readonly "gen_ai.output.type"?: "text" | "json" | "image";
  readonly "gen_ai.request.model"?: string;
  readonly "gen_ai.request.max_tokens"?: number;
  readonly "gen_ai.response.model"?: string;
  readonly "gen_ai.response.finish_reasons"?: string;
  readonly "gen_ai.usage.input_tokens"?: number;
  readonly "gen_ai.usage.cache_read.input_tokens"?: number;
  readonly "gen_ai.usage.output_tokens"?: number;
  /** A problem's code. */
  readonly "error.type"?: string;
  readonly "http.route"?: string;
  readonly "asknewton.request.id"?: string;
  readonly "asknewton.run.id"?: string;
  /** The server died under the run before. */
  readonly "asknewton.run.recovered"?: boolean;
  readonly "asknewton.tier"?: string;
  readonly "asknewton.outcome"?: string;
  /** US dollars. */
  readonly "asknewton.cost_usd"?: number;
}

/** Adds to the span that is open. */
export type Note = (attributes: SpanAttributes) => void;

/** Does `work` in a span of its own. One that fails has the error's code, never its message, as `error.type`. */
export type Trace = <T>(
  name: string,
  attributes: SpanAttributes,
  work: (note: Note) => Promise<T>,
) => Promise<T>;
