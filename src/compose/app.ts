import { version } from "../../package.json";
import type { AppDeps } from "../app.ts";
import { createKeySet } from "../auth/key-set.ts";
import { keySetVerifier, secretVerifier, type VerifyToken } from "../auth/verifier.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { log } from "../log.ts";
import { composeChat } from "./chat.ts";
import { chatObject, type Env, now, readConfig } from "./env.ts";
import { composeLibrary } from "./library.ts";
import { composeAdmin, composeCounters, composeDueWarnings } from "./operations.ts";
import { composePersonas } from "./personas.ts";
import { composeForgetPictures, composePortraitRoutes } from "./portraits.ts";

/** Where callers sign in: the check of their tokens. */
export function composeVerifier(config: Config): VerifyToken | undefined {
  const claims = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
  if (config.JWT_SECRET !== undefined) return secretVerifier(config.JWT_SECRET, claims);
  if (config.JWT_JWKS_URL === undefined) return undefined;
  return keySetVerifier(createKeySet(config.JWT_JWKS_URL, now), claims);
}

/** What works, but hardly as it is meant. Everybody may read it: no variable, no weakness. */
export function toWarnings({ OPENAI_API_KEY }: Config): string[] {
  return OPENAI_API_KEY === undefined
    ? ["No model service is configured: only cached answers can be given"]
    : [];
}

/** Everything that the Worker's routes stand on. */
export function composeApp(env: Env): AppDeps {
  const result = readConfig(env);
  if (!result.ok) for (const error of result.errors) log.error("config.invalid", { ...error });
  const config = result.ok ? result.config : undefined;
  const personas = config && composePersonas(env, config);
  const counters = composeCounters(env.DB);
  return {
    config: result,
    personas,
    counters,
    adminToken: config?.ADMIN_TOKEN,
    admin:
      config &&
      personas &&
      composeAdmin({
        db: openDatabase(env.DB),
        forgetPictures: composeForgetPictures(env, config),
        config,
        counters,
        jobs: personas.jobs,
        library: composeLibrary(env, config),
        forgetPersonas: personas.forget,
        forgetChat: (name) => askAgainIfLost(async () => await chatObject(env, name).forget()),
      }),
    images: config && composePortraitRoutes(env, config),
    chat: config && composeChat(env, config),
    verifyToken: config && composeVerifier(config),
    site: (request) => env.ASSETS.fetch(request),
    operations: {
      version,
      label: config?.DEPLOYMENT_LABEL,
      configValid: result.ok,
      warnings: config ? toWarnings(config) : [],
      dueWarnings: config ? composeDueWarnings(env, config) : async () => [],
      checks: {
        d1: () => env.DB.prepare("SELECT 1 FROM persona_cache LIMIT 1").all(),
        r2: () => env.IMAGES.head("ready"),
      },
    },
  };
}
