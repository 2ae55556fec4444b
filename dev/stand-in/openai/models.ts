import { ApiFailure } from "./failure.ts";
import type { ApiRoute } from "./route.ts";

/** Names that begin so are answered, so that a test can bring a model of its own. */
const KNOWN = /^(gpt-6|gpt-image-2|gpt-5|dall-e-|test-)/;
/** Of no other model is a shutdown announced. */
const SHUTDOWNS: Readonly<Record<string, string>> = { "gpt-5": "2026-12-11", "gpt-5-mini": "2026-12-11" };
const CREATED = Date.UTC(2026, 0, 15) / 1000;

export function checkModel(model: string): void {
  if (KNOWN.test(model)) return;
  const message = `The model '${model}' does not exist or you do not have access to it.`;
  throw new ApiFailure(404, message, { code: "model_not_found" });
}

export const modelRoute: ApiRoute = {
  method: "GET",
  path: /^\/models\/(.+)$/,
  answer({ exchange, id }) {
    checkModel(id);
    const about = { id, object: "model", created: CREATED, owned_by: "system" };
    exchange.json(200, { ...about, shutdown_date: SHUTDOWNS[id] ?? null });
  },
};
