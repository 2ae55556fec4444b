import type { Config } from "../config/config.ts";
import { describeError, log } from "../log.ts";
import type { Env } from "./env.ts";

/** The platform's limiter: per location and approximate, a brake and not a budget. */
export function composeAdmission(env: Env, config: Config): (caller: string) => Promise<boolean> {
  if (config.RATE_LIMIT === "off") return async () => true;
  return async (key) => {
    try {
      return (await env.RATE_LIMITER.limit({ key })).success;
    } catch (error) {
      log.warn("limiter.failed", describeError(error)); // a brake that fails does not stop the car
      return true;
    }
  };
}
