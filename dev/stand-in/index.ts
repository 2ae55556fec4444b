import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { batchRoutes } from "./batch/batches.ts";
import { createFileShelf } from "./batch/files.ts";
import { CONTROL_PATH, createControl } from "./control.ts";
import { createApi } from "./openai/api.ts";
import { createCompletions } from "./openai/completions.ts";
import { createImages } from "./openai/images.ts";
import { modelRoute } from "./openai/models.ts";
import { createParts, type StandInOptions } from "./parts.ts";

export type { StandInOptions } from "./parts.ts";
export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** Loopback only: whoever can reach the control routes decides what the model says. */
const HOST = "127.0.0.1";
const API_PATH = "/v1";
/** Longer than any pause between two calls of a test, so that a kept connection is never closed under a call. */
const KEEP_ALIVE_MS = 120_000;

function createHandlers(options: StandInOptions) {
  const parts = createParts(options);
  const completions = createCompletions(parts);
  const images = createImages(parts);
  const shelf = createFileShelf();
  const answerers = {
    "/v1/chat/completions": completions.answerAtOnce,
    "/v1/images/generations": images.answerAtOnce,
  };
  const batches = batchRoutes(parts, shelf, answerers);
  const routes = [completions.route, ...images.routes, modelRoute, ...shelf.routes, ...batches];
  return { control: createControl(parts), api: createApi(parts, routes) };
}

/** A server that speaks as the OpenAI API does, without a network, a key or a bill. Rejects when the port is taken. */
export async function startStandIn(options: StandInOptions = {}) {
  const { control, api } = createHandlers(options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    res.setHeader("x-asknewton-stand-in", "1");
    const [path = ""] = (req.url ?? "").split("?");
    const answered = path.startsWith(CONTROL_PATH)
      ? control(req, res, path.slice(CONTROL_PATH.length))
      : api(req, res, path.replace(API_PATH, ""));
    answered.catch((error: unknown) => {
      if (!res.destroyed) console.error(error);
      res.destroy();
    });
  });
  server.listen(options.port ?? 0, HOST);
  await once(server, "listening");
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  return {
    /** For example `http://127.0.0.1:4010`. */
    origin,
    /** The origin with `/v1`: what `OPENAI_BASE_URL` wants. */
    baseUrl: origin + API_PATH,
    /** Cuts every open connection. */
    async close(): Promise<void> {
      const closed = once(server.close(), "close");
      server.closeAllConnections();
      await closed;
    },
  };
}
