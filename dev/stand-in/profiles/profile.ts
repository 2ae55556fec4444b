import type { JsonObject } from "../../json.ts";
import { ApiFailure, badRequest } from "../openai/failure.ts";

/** What a server that speaks OpenAI's API does otherwise than OpenAI's own. What is left out is as there. */
export interface Profile {
  /** Members of a chat's body that it does not take; `json_schema` is a format. */
  readonly refuses: readonly string[];
  readonly refusal: (names: readonly string[]) => ApiFailure;
  /** Goes with every call that it takes. */
  readonly header?: string;
  /** What it says of a call without that, or of a path that it does not have. */
  readonly unauthorized?: ApiFailure;
  /** It makes no portraits, and says so. */
  readonly withoutImages?: ApiFailure;
  /** Before the first chunk of a stream. */
  readonly prelude?: string;
  /** Beside the members of each chunk, of each choice, and of the chunk that ends the answer. */
  readonly chunk?: JsonObject;
  readonly choice?: JsonObject;
  readonly last?: JsonObject;
  /** What its reasoning looks like, before the text. */
  readonly thinking?: JsonObject;
  /** Text comes in lists of parts. */
  readonly inParts?: boolean;
}

const ADVICE: Readonly<Record<string, string>> = { max_tokens: "Use 'max_completion_tokens' instead." };

/** As the maker's own models do: by name, one at a time. */
export function named([name = ""]: readonly string[]): ApiFailure {
  const advice = ADVICE[name] ?? "Only the default value is supported.";
  const reason = `Unsupported parameter: '${name}' is not supported with this model. ${advice}`;
  return badRequest("unsupported_parameter", name, reason);
}

/** One at a time, and in words alone. */
export function inWords([name = ""]: readonly string[]): ApiFailure {
  const reason =
    name === "json_schema"
      ? "This model does not support response format `json_schema`."
      : `property '${name}' is unsupported`;
  return failure(400, { error: { message: reason, type: "invalid_request_error" } });
}

/** All at once, in the form of the library pydantic. */
export function listed(names: readonly string[]): ApiFailure {
  const msg = "Extra inputs are not permitted";
  const detail = names.map((name) => ({ type: "extra_forbidden", loc: ["body", name], msg }));
  const rest = { type: "invalid_request_error", param: null, code: null };
  return failure(422, { object: "error", message: { detail }, ...rest });
}

/** A body that is not OpenAI's. */
export function failure(status: number, body: unknown): ApiFailure {
  return new ApiFailure(status, "", { body });
}
