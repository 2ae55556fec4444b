import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { batchRoutes } from "./batch/batches.ts";
import { createBill } from "./batch/bill.ts";
import { createFileShelf } from "./batch/files.ts";
import { CONTROL_PATH, createControl } from "./control.ts";
import { createJournal } from "./journal.ts";
import { createApi } from "./openai/api.ts";
import { createCompletions } from "./openai/completions.ts";
import { createImages } from "./openai/images.ts";
import { modelRoute } from "./openai/models.ts";
import { createPaceBook, type PaceName } from "./pace.ts";
import type { Parts } from "./parts.ts";
import { createPortraitPainter, type PortraitPainter } from "./portraits/portrait.ts";
import type { ProfileName } from "./profiles/profiles.ts";
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
  /** The server that it is like. */
  readonly profile?: ProfileName;
  /** What portraits look like; by default as their prompts say. */
  readonly paint?: PortraitPainter;
}

/** Loopback only: whoever can reach the control routes decides what the model says. */
const HOST = "127.0.0.1";
const API_PATH = "/v1";
/** Longer than any pause between two calls of a test, so that a kept connection is never closed under a call. */
const KEEP_ALIVE_MS = 120_000;

function createHandlers({ pace = "real", profile = "openai", paint }: StandInOptions) {
  const parts: Parts = {
    profile,
    journal: createJournal(),
    scripts: createScriptBook(),
    paces: createPaceBook(pace),
    bill: createBill(),
    paint: paint ?? createPortraitPainter(),
  };
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
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
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
  async function close(): Promise<void> {
    const closed = once(server.close(), "close");
    server.closeAllConnections();
    await closed;
  }
  return { origin, baseUrl: origin + API_PATH, close };
}
