// The JSON of every request and response that a front end meets, as plain types: those of the service's own
// schemas would bring their library along. A test holds the two equal.

export type JsonObject = Record<string, unknown>;

/** Why the service could not answer. Stable words; the text beside them is for people and may change. */
export type ProblemCode =
  | "invalid_json"
  | "invalid_request"
  | "invalid_idempotency_key"
  | "unauthorized"
  | "not_found"
  | "persona_not_found"
  | "method_not_allowed"
  | "payload_too_large"
  | "unsupported_media_type"
  | "idempotency_key_reused"
  | "model_refusal"
  | "rate_limited"
  | "internal"
  | "invalid_configuration"
  | "interrupted"
  | "upstream_auth"
  | "upstream_rejected"
  | "upstream_model_unavailable"
  | "upstream_error"
  | "upstream_incomplete"
  | "upstream_invalid_output"
  | "overloaded"
  | "budget_exhausted"
  | "caller_budget_exhausted"
  | "upstream_not_configured"
  | "upstream_quota"
  | "upstream_rate_limited"
  | "not_cached"
  | "still_running"
  | "upstream_timeout";

/** One fault of a body that does not validate; `path` is a JSON Pointer (RFC 6901). */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The body of every error: RFC 9457 `application/problem+json`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

export type ImageStatus = "pending" | "ready" | "failed";

export interface Persona {
  /** Unique in its set; new after a refresh. */
  id: string;
  name: string;
  description: string;
  /** Absolute, and its path never changes. Answers a placeholder until the portrait is there. */
  imageUrl: string;
  imageStatus: ImageStatus;
  age: number;
  gender: string;
  location: string;
  household: string;
  occupation: string;
  annualIncomeUsd: number;
  currentCoverage: string;
  healthContext: string;
  coverageNeeds: string[];
  priorities: string[];
  preferredPlanType: string;
  budget: { monthlyPremiumUsd: number; annualDeductibleUsd: number };
  concerns: string[];
  questionsToAsk: string[];
  communicationStyle: string;
  /** What the portrait was made from; none where it comes from the library. */
  appearance?: string | undefined;
}

/** `POST /api/personas/generate`. */
export interface GenerateRequest {
  leadData: JsonObject;
  /** `count` is 1 to 10, default 3; all else goes to the model as given. */
  config?: (JsonObject & { count?: number }) | undefined;
  /** Whose personas they are; never goes to the model, and is stored only as a hash. */
  email?: string | undefined;
  /** Answer only once every portrait is ready or has failed, after 90 s at most. */
  images?: "wait" | undefined;
}

export interface PersonaSet {
  setId: string;
  personas: Persona[];
  fromCache: boolean;
  /** ISO 8601. */
  createdAt: string;
  /** The sizes that are kept of each portrait, for `portraitSrcSet`. */
  imageWidths: number[];
  /** The model that wrote the set. */
  model: string;
  /** There, and true, where an earlier answer to the same request was replayed. */
  fromIdempotentCache?: true | undefined;
}

export type ChatRole = "user" | "assistant";

/** A user's `content` has 1 to 16,000 characters, an assistant's up to 200,000. */
export interface ChatMessage {
  role: ChatRole;
  content: string;
}

/** The persona to keep in mind. */
export interface PersonaReference {
  setId: string;
  personaId: string;
}

/**
 * `POST /api/chat` and `POST /api/chat/stream`: 1 to 1,000 messages, the last one the user's. The service keeps
 * the newest that fit in mind.
 */
export interface ChatRequest {
  messages: ChatMessage[];
  persona?: PersonaReference | undefined;
}

export type FinishReason = "stop" | "length" | "content_filter" | "refusal" | "stopped";

export interface Usage {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

export interface ChatAnswer {
  message: { role: "assistant"; content: string };
  finishReason: FinishReason;
  usage: Usage;
  /** The model that answered. */
  model: string;
  /** How many of the oldest messages were left out, as all of them were too long. */
  droppedMessages?: number | undefined;
  streamId: string;
  /** There, and true, where an earlier answer to the same request was replayed. */
  fromIdempotentCache?: true | undefined;
}

/** What a stream says where it ends in a failure; the text so far stands. */
export interface StreamFailure {
  code: ProblemCode;
  message: string;
  retryable: boolean;
}

/** `id` counts from 1 in each stream, with a gap only before a `reset` or `interrupted`. */
export type ChatEvent =
  | { id: number; content: string }
  /** Forget the text so far: the answer begins again. */
  | { id: number; reset: true }
  | ({ id: number; done: true } & Pick<ChatAnswer, "finishReason" | "usage" | "model" | "droppedMessages">)
  | { id: number; error: StreamFailure };

export type PersonaEvent =
  | { id: number; persona: Persona }
  /** Forget the personas so far. */
  | { id: number; reset: true }
  | ({ id: number; done: true } & Omit<PersonaSet, "personas" | "fromIdempotentCache">)
  | { id: number; error: StreamFailure };
