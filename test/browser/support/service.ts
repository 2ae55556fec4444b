import type { StandInOptions } from "../../../dev/stand-in/index.ts";
import type { BareWorker } from "../../support/bare-worker.ts";
import { startService as startBare } from "../../support/service.ts";

export const ADMIN_TOKEN = "let-me-in-says-the-operator";

export interface ModelCall {
  readonly path: string;
  readonly body: { readonly messages: readonly { readonly role: string; readonly content: string }[] };
}

export interface Service {
  readonly worker: BareWorker;
  /** What the model was asked with these words in it. */
  calls(match: string): Promise<ModelCall[]>;
  /** How fast it answers what has these words in it. */
  pace(change: Readonly<Record<string, unknown>>): Promise<void>;
  /** How the next calls with these words in them go otherwise than usual, or all of them. */
  script(match: string, steps: readonly object[], repeat?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The bare worker as an operator runs it, over a model that is stood in for. */
export async function startService(standIn?: StandInOptions): Promise<Service> {
  const variables = { ADMIN_TOKEN, DEPLOYMENT_LABEL: "offline stand-in for OpenAI" };
  const service = await startBare({ variables, ...(standIn && { standIn }) });
  return {
    worker: service.worker,
    async calls(match) {
      const calls = (await service.calls(match)) as unknown as ModelCall[];
      return calls.filter(({ path }) => path.includes("chat/completions"));
    },
    pace: ({ match = "", ...change }) => service.pace(String(match), change),
    script: service.script,
    close: service.close,
  };
}
