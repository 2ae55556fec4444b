import { failure, inWords, listed, named, type Profile } from "./profile.ts";

const OF_REASONING_MODELS = { refuses: ["temperature", "top_p", "max_tokens"], refusal: named };
const NOTHING_REFUSED = { refuses: [], refusal: named };

const SAFE = { hate: { filtered: false, severity: "safe" } };
const AZURE_PROMPT = {
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: SAFE }],
};
const noRoute = (message: string) => failure(404, { error: { message, type: "invalid_request_error" } });

/** In the words of README's table "Use a real model", which says where each comes from. */
export const PROFILES = {
  openai: OF_REASONING_MODELS,
  azure: {
    ...OF_REASONING_MODELS,
    prelude: `data: ${JSON.stringify(AZURE_PROMPT)}\n\n`,
    choice: { content_filter_results: SAFE },
  },
  gateway: {
    ...OF_REASONING_MODELS,
    header: "cf-aig-authorization",
    unauthorized: failure(401, { success: false, error: [{ code: 2009, message: "Unauthorized" }] }),
  },
  openrouter: {
    ...NOTHING_REFUSED,
    withoutImages: failure(404, { error: { code: 404, message: "Not Found" } }),
    prelude: ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n",
    chunk: { provider: "OpenAI" },
    choice: { native_finish_reason: null },
    thinking: { content: "", reasoning: "(thinking)", reasoning_details: [] },
  },
  mistral: {
    refuses: ["max_completion_tokens", "store", "safety_identifier"],
    refusal: listed,
    withoutImages: failure(404, { message: "no Route matched with those values" }),
    thinking: { content: [{ type: "thinking", thinking: [{ type: "text", text: "(thinking)" }] }] },
    inParts: true,
  },
  groq: {
    refuses: ["store", "safety_identifier", "prompt_cache_key", "json_schema"],
    refusal: inWords,
    withoutImages: noRoute("Unknown request URL: POST /openai/v1/images/generations."),
    thinking: { reasoning: "(thinking)", channel: "analysis" },
    last: { x_groq: { id: "req_stand_in" } },
  },
  ollama: { ...NOTHING_REFUSED, thinking: { content: "", reasoning: "(thinking)" } },
  llamacpp: {
    ...NOTHING_REFUSED,
    withoutImages: failure(404, { error: { code: 404, message: "File Not Found", type: "not_found_error" } }),
    thinking: { content: null, reasoning_content: "(thinking)" },
    last: { timings: { prompt_n: 1, predicted_n: 1 } },
  },
  vllm: {
    ...NOTHING_REFUSED,
    withoutImages: failure(404, { detail: "Not Found" }),
    choice: { stop_reason: null, token_ids: null },
    thinking: { reasoning_content: "(thinking)" },
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

export function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

export const profileOf = (name: ProfileName): Profile => PROFILES[name];
