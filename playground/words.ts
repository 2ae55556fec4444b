import { AskNewtonError } from "asknewton/client";

/** What went wrong, in words, and what a person can do. Codes that are not here are nothing they could act on. */
const WORDS: Readonly<Partial<Record<AskNewtonError["code"], readonly [title: string, advice: string]>>> = {
  network: ["The service cannot be reached", "Check the connection. Nothing that was paid for is lost."],
  bad_response: ["Something else answered", "A proxy or a captive portal may be in between."],
  stream_lost: ["The rest of this answer is gone", "Ask once more to get a whole one."],
  interrupted: ["The server stopped in mid-answer", "What had arrived is kept. Ask once more."],
  rate_limited: ["Too many requests", "Wait a moment. Answers from the cache go on."],
  overloaded: ["Too much at once", "The service is busy for a moment. Ask again soon."],
  budget_exhausted: ["Today's budget is spent", "It opens again at midnight UTC. Cached answers go on."],
  caller_budget_exhausted: [
    "Your budget of today is spent",
    "It opens again at midnight UTC. Cached answers go on.",
  ],
  upstream_not_configured: ["No model is connected", "The operator has not set an API key yet."],
  upstream_auth: ["The model service refused the key", "The operator has to look at it."],
  upstream_quota: ["The model account is out of credit", "The operator has to look at it."],
  upstream_model_unavailable: ["The model is no longer there", "The operator has to name another."],
  upstream_rejected: ["The model service turned this down", "The operator has to look at it."],
  upstream_rate_limited: ["The model service is busy", "It said so several times. Wait a moment."],
  upstream_error: ["The model service failed", "It was tried three times. It may work again soon."],
  upstream_incomplete: ["The answer was cut off on its way", "Half an answer is not kept. Ask once more."],
  upstream_invalid_output: [
    "The model gave no usable answer",
    "It was asked twice. Try again, or change the lead.",
  ],
  upstream_timeout: ["The model took too long", "It may be quicker in a while."],
  still_running: ["This takes longer than usual", "It goes on being made. Ask again to pick it up."],
  model_refusal: ["The model declined", "Change the lead and try again."],
  invalid_request: ["Something in the form is not right", "See below, then send it again."],
  payload_too_large: ["That is too much text", "Make it shorter."],
  persona_not_found: ["This persona is no longer there", "Make the personas again."],
  unauthorized: ["A sign-in is needed", "This service answers signed-in callers alone."],
  invalid_configuration: ["The service is not set up right", "Its log names the variable."],
  not_found: ["There is nothing here", "It may have been deleted."],
};

export interface Notice {
  readonly title: string;
  readonly advice: string;
  readonly details: readonly string[];
  readonly requestId: string | undefined;
}

/** What to show for an error. */
export function toNotice(error: Error): Notice {
  if (!(error instanceof AskNewtonError))
    return {
      title: "Something went wrong on this page",
      advice: "Try again.",
      details: [],
      requestId: undefined,
    };
  const [title, advice] = WORDS[error.code] ?? ["Something went wrong", error.message];
  const wait = error.retryAfterSeconds ? [`Try again in ${duration(error.retryAfterSeconds)}.`] : [];
  const errors = (error.errors ?? []).map(({ path, message }) => `${path || "The form"} ${message}`);
  return { title, advice, details: [...wait, ...errors], requestId: error.requestId };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
