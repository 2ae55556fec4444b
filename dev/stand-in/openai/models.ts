import type { JsonObject } from "../as-record.ts";
import { modelNotFound } from "./failure.ts";
import type { ApiRoute } from "./route.ts";

/** The day a model is shut down, or null where none is announced. */
export type KnownModels = Readonly<Record<string, string | null>>;

const GPT_5_SHUTDOWN = "2026-12-11";

export const KNOWN_MODELS: KnownModels = {
  "gpt-6.1-sol": null,
  "gpt-6.1-terra": null,
  "gpt-6-luna": null,
  "gpt-image-2.6-flare": null,
  "gpt-image-2.6-sunburst": null,
  "gpt-5": GPT_5_SHUTDOWN,
  "gpt-5-mini": GPT_5_SHUTDOWN,
};

/** Names that begin so are answered too, so that a test can bring a model of its own. */
const ACCEPTED_PREFIXES = ["gpt-6", "gpt-image-2", "gpt-5", "dall-e-", "test-"];

const CREATED = Date.UTC(2026, 0, 15) / 1000;

export function checkModel(known: KnownModels, model: string): void {
  if (Object.hasOwn(known, model)) return;
  if (!ACCEPTED_PREFIXES.some((prefix) => model.startsWith(prefix))) throw modelNotFound(model);
}

function describeModel(known: KnownModels, model: string): JsonObject {
  checkModel(known, model);
  const shutdownDate = known[model] ?? null;
  return { id: model, object: "model", created: CREATED, owned_by: "system", shutdown_date: shutdownDate };
}

export function modelRoutes(known: KnownModels): ApiRoute[] {
  const describe = (model: string) => describeModel(known, model);
  const list = () => ({ object: "list", data: Object.keys(known).map(describe) });
  return [
    { method: "GET", path: /^\/models$/, answer: ({ exchange }) => exchange.json(200, list()) },
    {
      method: "GET",
      path: /^\/models\/(.+)$/,
      answer: ({ exchange, id }) => exchange.json(200, describe(id)),
    },
  ];
}
