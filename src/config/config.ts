import { upstreamHeaders } from "./headers.ts";
import * as parse from "./parse.ts";
import { BUILT_IN_PRICES, prices } from "./prices.ts";

interface Variable<T> {
  readonly parser: parse.Parser<T>;
  readonly standard: T;
  /** What empty text means. */
  readonly empty: T;
}

function variable<T>(
  parser: parse.Parser<T>,
  standard: NoInfer<T>,
  empty: NoInfer<T> = standard,
): Variable<T> {
  return { parser, standard, empty };
}

function optional<T>(parser: parse.Parser<T>): Variable<T | undefined> {
  return { parser, standard: undefined, empty: undefined };
}

const effort = parse.choice("default", "none", "minimal", "low", "medium", "high", "xhigh", "max");
const tokens = parse.whole(1, 10_000_000);
const name = parse.matching(/^[\x21-\x7e]{1,200}$/, "a model's name");

/** Every variable of CONTRACT §1, under its own name. */
const VARIABLES = {
  OPENAI_API_KEY: optional(parse.line),
  OPENAI_BASE_URL: variable(parse.baseUrl, "https://api.openai.com/v1"),
  PERSONA_MODEL: variable(name, "gpt-6.1-terra"),
  CHAT_MODEL: variable(name, "gpt-6-luna"),
  PERSONA_REASONING_EFFORT: variable(effort, "low"),
  CHAT_REASONING_EFFORT: variable(effort, "none"),
  PERSONA_FALLBACK_MODELS: variable(parse.list(name, 3), []),
  CHAT_FALLBACK_MODELS: variable(parse.list(name, 3), []),
  OPENAI_HEADERS: variable(upstreamHeaders, {}),
  PERSONA_MAX_OUTPUT_TOKENS: variable(tokens, 16_000),
  CHAT_MAX_OUTPUT_TOKENS: variable(tokens, 4_000),
  IMAGE_MODEL: variable(name, "gpt-image-2.6-flare"),
  IMAGE_SIZE: variable(
    parse.matching(/^(auto|[1-9]\d{1,3}x[1-9]\d{1,3})$/, "a size such as 1024x1024"),
    "1024x1024",
  ),
  IMAGE_QUALITY: variable(parse.matching(/^[a-z]{1,20}$/, "a quality such as medium"), "medium"),
  IMAGE_WIDTHS: variable(parse.widths, [128, 256, 512], []),
  IMAGE_URL_ORIGINS: variable(parse.origins, []),
  MODEL_PRICES: variable(prices, BUILT_IN_PRICES),
  DAILY_SPEND_LIMIT_USD: optional(parse.dollars),
  CALLER_DAILY_SPEND_LIMIT_USD: optional(parse.dollars),
  PREGENERATE_DAILY_LIMIT_USD: variable(parse.dollars, 5),
  PORTRAITS: variable(parse.choice("persona", "library"), "persona"),
  DEPLOYMENT_LABEL: optional(parse.line),
  PUBLIC_BASE_URL: optional(parse.baseUrl),
  ALLOWED_ORIGINS: variable(parse.origins, []),
  PERSONA_CACHE_SCOPE: variable(parse.choice("subject", "shared"), "subject"),
  CHAT_HISTORY_CHARS: variable(parse.period, 48_000),
  REDACT: variable(parse.choice("on", "off"), "on"),
  PERSONA_IGNORED_FIELDS: variable(parse.fieldPaths, []),
  DEDUPE_WINDOW_SECONDS: variable(parse.period, 300),
  CHAT_DEDUPE_WINDOW_SECONDS: variable(parse.period, 10),
  IDEMPOTENCY_TTL_SECONDS: variable(parse.period, 86_400),
  CHAT_STREAM_TTL_SECONDS: variable(parse.period, 3_600),
  UPSTREAM_TIMEOUT_MS: variable(parse.timer, 90_000),
  UPSTREAM_IDLE_TIMEOUT_MS: variable(parse.timer, 30_000),
  IMAGE_TIMEOUT_MS: variable(parse.timer, 180_000),
  SSE_HEARTBEAT_MS: variable(parse.timer, 15_000),
  IMAGE_MAX_ATTEMPTS: variable(parse.whole(1, 100), 5),
  IMAGE_LEASE_SECONDS: variable(parse.whole(1, 10 ** 6), 240),
  IMAGE_CONCURRENCY: variable(parse.whole(1, 100), 4),
  STREAM_COMMIT_MS: variable(parse.whole(0, 2 ** 31 - 1), 10_000),
  HASH_SECRET: optional(parse.line),
  IMAGE_DAILY_LIMIT: variable(parse.period, 1_000),
  JWT_SECRET: optional(parse.secret(32)),
  JWT_JWKS_URL: optional(parse.trustedUrl),
  JWT_ISSUER: optional(parse.line),
  JWT_AUDIENCE: optional(parse.line),
  RATE_LIMIT: variable(parse.choice("on", "off"), "on"),
  ADMIN_TOKEN: optional(parse.secret(20)),
  IMAGE_RETRY_BASE_SECONDS: variable(parse.period, 30),
  PERSONA_RETENTION_DAYS: variable(parse.whole(0, 36_500), 0),
  REQUEST_LOG_RETENTION_DAYS: variable(parse.whole(0, 36_500), 30),
} as const;

type Name = keyof typeof VARIABLES;
type Parsed = { readonly [N in Name]: (typeof VARIABLES)[N] extends Variable<infer T> ? T : never };

/** The variables, parsed. Times are in the unit that their names say. */
export type Config = Parsed;

export interface ConfigError {
  readonly variable: string;
  readonly reason: string;
}
export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Empty text means the variable is not set, or an empty list. */
function parseOne<T>({ parser, standard, empty }: Variable<T>, text: unknown): T {
  if (text === undefined) return standard;
  if (text === "") return empty;
  // [vars] in wrangler.toml may hold numbers and objects
  return parser(typeof text === "object" ? JSON.stringify(text) : String(text));
}

const MODEL_VARIABLES = [
  "PERSONA_MODEL",
  "PERSONA_FALLBACK_MODELS",
  "CHAT_MODEL",
  "CHAT_FALLBACK_MODELS",
  "IMAGE_MODEL",
] as const;

/** Every model that is configured, each once. */
export function configuredModels(config: Config): string[] {
  return [...new Set(MODEL_VARIABLES.flatMap((variableName) => config[variableName]))];
}

/** Each variable that names a model which no limit could hold, since nobody knows what it costs. */
function unpriced(config: Config): string[] {
  const limits = [config.DAILY_SPEND_LIMIT_USD, config.CALLER_DAILY_SPEND_LIMIT_USD];
  if (limits.every((limit) => limit === undefined)) return [];
  return MODEL_VARIABLES.filter((variableName) =>
    [config[variableName]].flat().some((model) => !Object.hasOwn(config.MODEL_PRICES, model)),
  );
}

function contradictions(config: Config): ConfigError[] {
  const errors: ConfigError[] = [];
  if (config.JWT_SECRET !== undefined && config.JWT_JWKS_URL !== undefined) {
    errors.push({ variable: "JWT_JWKS_URL", reason: "must not be set beside JWT_SECRET" });
  }
  if (config.IMAGE_LEASE_SECONDS * 1000 <= config.IMAGE_TIMEOUT_MS) {
    errors.push({ variable: "IMAGE_LEASE_SECONDS", reason: "must be longer than IMAGE_TIMEOUT_MS" });
  }
  const models = unpriced(config);
  if (models.length > 0) {
    const reason = `must price the model of ${models.join(", ")}: there is a spending limit`;
    errors.push({ variable: "MODEL_PRICES", reason });
  }
  return errors;
}

/** Reads every variable from the bindings. An error's reason never holds the value: it may be a secret. */
export function parseConfig(env: Readonly<Record<string, unknown>>): ConfigResult {
  const errors: ConfigError[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [variableName, definition] of Object.entries(VARIABLES)) {
    try {
      parsed[variableName] = parseOne<unknown>(definition, env[variableName]);
    } catch (error) {
      if (!(error instanceof parse.Unusable)) throw error;
      errors.push({ variable: variableName, reason: error.message });
    }
  }
  const config = parsed as Config;
  if (errors.length === 0) errors.push(...contradictions(config));
  return errors.length === 0 ? { ok: true, config } : { ok: false, errors };
}
