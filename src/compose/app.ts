import { version } from "../../package.json";
import { type AppDeps, type BaseDeps, createApp, createUnconfiguredApp } from "../app.ts";
import { createKeySet } from "../auth/key-set.ts";
import { keySetVerifier, secretVerifier, type VerifyToken } from "../auth/verifier.ts";
import type { Config, ConfigError } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { log } from "../log.ts";
import { configWarnings } from "../operations/warnings.ts";
import { createFastPath, type FastPath, type Fetch, withFastPath } from "../personas/cache/fast-path.ts";
import { createJobFigures } from "../personas/pregenerate/figures.ts";
import { composeChat } from "./chat.ts";
import { chatObject, type Env, now, readConfig } from "./env.ts";
import { composeLibrary } from "./library.ts";
import { composeAdmin, composeCounters, composeDueWarnings } from "./operations.ts";
import { composePersonas } from "./personas.ts";
import { composeForgetPortraits, composePortraitRoutes } from "./portraits.ts";
import { noteRequest } from "./tracing.ts";

/** Where callers sign in: the check of their tokens. */
function composeVerifier(config: Config): VerifyToken | undefined {
  const claims = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
  if (config.JWT_SECRET !== undefined) return secretVerifier(config.JWT_SECRET, claims);
  if (config.JWT_JWKS_URL === undefined) return undefined;
  return keySetVerifier(createKeySet(config.JWT_JWKS_URL, now), claims);
}

function composeBase(env: Env, config: Config | undefined): BaseDeps {
  return {
    counters: composeCounters(env.DB),
    noteRequest,
    site: (request) => env.ASSETS.fetch(request),
    operations: {
      version,
      label: config?.DEPLOYMENT_LABEL,
      configValid: config !== undefined,
      warnings: config ? configWarnings(config.OPENAI_API_KEY !== undefined) : [],
      dueWarnings: config ? composeDueWarnings(env, config) : async () => [],
      checks: {
        d1: () => env.DB.prepare("SELECT 1 FROM persona_cache LIMIT 1").all(),
        r2: () => env.IMAGES.head("ready"),
      },
    },
  };
}

function composeApp(env: Env, config: Config): AppDeps {
  const base = composeBase(env, config);
  const personas = composePersonas(env, config);
  return {
    ...base,
    personas,
    portraits: composePortraitRoutes(env, config),
    chat: composeChat(env, config),
    admin: composeAdmin({
      db: openDatabase(env.DB),
      forgetPortraits: composeForgetPortraits(env, config),
      config,
      counters: base.counters,
      jobFigures: createJobFigures(openDatabase(env.DB)),
      library: composeLibrary(env, config),
      forgetPersonas: personas.forget,
      forgetChat: (name) => askAgainIfLost(async () => await chatObject(env, name).forget()),
    }),
    adminToken: config.ADMIN_TOKEN,
    verifyToken: composeVerifier(config),
    allowedOrigins: config.ALLOWED_ORIGINS,
  };
}

/** Where callers sign in, who asks is not known before their token is checked: the app does it all. */
function composeFastPath({ personas, verifyToken, allowedOrigins }: AppDeps): FastPath | undefined {
  if (verifyToken) return undefined;
  const { memory, publicBaseUrl } = personas;
  return createFastPath({ memory, publicBaseUrl, crossOrigin: allowedOrigins.length > 0 });
}

function composeUnconfigured(env: Env, errors: readonly ConfigError[]): Fetch<unknown> {
  for (const error of errors) log.error("config.invalid", { ...error });
  const app = createUnconfiguredApp(composeBase(env, undefined));
  return (request, _env, ctx) => app.fetch(request, {}, ctx);
}

/** Everything that the Worker answers with. */
export function composeFetch(env: Env): Fetch<unknown> {
  const result = readConfig(env);
  if (!result.ok) return composeUnconfigured(env, result.errors);
  const deps = composeApp(env, result.config);
  return withFastPath(createApp(deps).fetch, composeFastPath(deps), deps.counters);
}
