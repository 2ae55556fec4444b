import { type StandIn, startStandIn } from "../../../dev/stand-in/index.ts";
import { type BareWorker, createBareWorker } from "../../support/bare-worker.ts";

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
export async function startService(): Promise<Service> {
  const standIn = await startStandIn({ pace: "fast" });
  const worker = await createBareWorker({
    OPENAI_API_KEY: "test-key",
    OPENAI_BASE_URL: standIn.baseUrl,
    ADMIN_TOKEN,
    RATE_LIMIT: "off",
    DEPLOYMENT_LABEL: "offline stand-in for OpenAI",
  });
  await worker.start();
  return {
    worker,
    calls: (match) => callsOf(standIn, match),
    pace: (change) => control(standIn, "pace", change),
    script: (match, steps, repeat = false) => control(standIn, "script", { match, steps, repeat }),
    async close() {
      await worker.dispose();
      await standIn.close();
    },
  };
}

async function control({ origin }: StandIn, route: string, body: object): Promise<void> {
  const response = await fetch(`${origin}/__stand-in/${route}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function callsOf({ origin }: StandIn, match: string) {
  const response = await fetch(`${origin}/__stand-in/calls?match=${encodeURIComponent(match)}`);
  const { calls } = (await response.json()) as { calls: ModelCall[] };
  return calls.filter(({ path }) => path.includes("chat/completions"));
}
