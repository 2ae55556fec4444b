import { type StandInOptions, startStandIn } from "../../dev/stand-in/index.ts";
import { type BareWorker, type BareWorkerOptions, createBareWorker } from "./bare-worker.ts";
import { createControl, type StandInControl } from "./stand-in/control.ts";
import { oneFace } from "./stand-in/one-face.ts";

const QUICK: StandInOptions = { pace: "fast", paint: oneFace };

/** A bare worker, and what stands in for OpenAI behind it. */
export interface Service extends StandInControl {
  readonly worker: BareWorker;
  /** `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

export interface ServiceOptions extends BareWorkerOptions {
  /** Over those that every service here has. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly standIn?: StandInOptions;
}

/** The bare worker as an operator runs it, started, over a model that is stood in for. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const { variables, standIn = QUICK } = options;
  const { origin, baseUrl, close } = await startStandIn(standIn);
  const own = { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: "test-key", RATE_LIMIT: "off" };
  const worker = await createBareWorker({ ...own, ...variables }, options);
  await worker.start();
  return {
    ...createControl(origin),
    worker,
    baseUrl,
    async close() {
      await worker.dispose();
      await close();
    },
  };
}
