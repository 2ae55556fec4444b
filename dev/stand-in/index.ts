import { createServer } from "@copilotkit/aimock";
import { writeAnswer } from "./answer.ts";
import { CONTROL_PATH, createControl } from "./control.ts";
import { createFront } from "./front.ts";
import { createJournal } from "./journal.ts";
import { createCompletions } from "./openai/completions.ts";
import { createImages } from "./openai/images.ts";
import type { KnownModels } from "./openai/models.ts";
import { KNOWN_MODELS } from "./openai/models.ts";
import { createPromptCache } from "./openai/usage.ts";
import type { PaceName } from "./pace.ts";
import { createPaceBook } from "./pace.ts";
import { createPortraitPainter } from "./portraits/portrait.ts";
import { createScriptBook } from "./script.ts";

export interface StandIn {
  /** For example `http://127.0.0.1:4010`. */
  readonly origin: string;
  /** The origin with `/v1`: what `OPENAI_BASE_URL` wants. */
  readonly baseUrl: string;
  /** Cuts every open connection. */
  close(): Promise<void>;
}

export interface StandInOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** `real`, the default, is as slow as a model; `fast` never waits. */
  readonly pace?: PaceName;
  /** The names that `GET /v1/models` lists, with the day each is shut down. */
  readonly models?: KnownModels;
}

/** Loopback only: whoever can reach the control routes decides what the model says. */
const HOST = "127.0.0.1";
/** Longer than any pause between two calls of a test, so that a kept connection is never closed under a call. */
const KEEP_ALIVE_MS = 120_000;

/** A server that speaks as the OpenAI API does, without a network, a key or a bill. Rejects when the port is taken. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { port = 0, pace = "real", models = KNOWN_MODELS } = options;
  const shared = {
    journal: createJournal(),
    scripts: createScriptBook(),
    paces: createPaceBook(pace),
    models,
  };
  const front = createFront({
    ...shared,
    completions: createCompletions({ ...shared, prompts: createPromptCache(), writeAnswer }),
    images: createImages({ ...shared, paint: createPortraitPainter() }),
  });
  const mounts = [
    { path: CONTROL_PATH, handler: createControl(shared) },
    { path: "/v1", handler: front },
  ];
  const { server, url } = await createServer([], { port, host: HOST, logLevel: "silent" }, mounts);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.prependListener("request", (_req, res) => res.setHeader("x-asknewton-stand-in", "1"));
  return { origin: url, baseUrl: `${url}/v1`, close: () => closeServer(server) };
}

function closeServer(server: Awaited<ReturnType<typeof createServer>>["server"]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
