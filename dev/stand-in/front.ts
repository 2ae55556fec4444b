import type { IncomingMessage, ServerResponse } from "node:http";
import type { Mountable } from "@copilotkit/aimock";
import type { Exchange } from "./exchange.ts";
import { openExchange } from "./exchange.ts";
import type { Journal } from "./journal.ts";
import { now } from "./journal.ts";
import { ApiFailure, checkAuthorization } from "./openai/failure.ts";
import type { JsonObject } from "./openai/json.ts";
import { parseBody } from "./openai/json.ts";
import type { KnownModels } from "./openai/models.ts";
import { describeModel, listModels } from "./openai/models.ts";
import { planRawStream } from "./openai/stream-plan.ts";
import { playStream } from "./openai/stream-player.ts";
import type { PaceBook } from "./pace.ts";
import { readBody } from "./read-body.ts";
import type { ScriptBook, Step } from "./script.ts";

type Posted = (exchange: Exchange, body: JsonObject, raw: string, step: Step | undefined) => Promise<void>;

export interface FrontParts {
  readonly journal: Journal;
  readonly scripts: ScriptBook;
  readonly paces: PaceBook;
  readonly models: KnownModels;
  readonly completions: Posted;
  readonly images: Posted;
}

interface Incoming {
  readonly req: IncomingMessage;
  readonly exchange: Exchange;
  readonly raw: string;
  readonly step: Step | undefined;
}

type Handler = (incoming: Incoming) => void | Promise<void>;

/** What a script answers by itself; false where the usual answer is only changed. */
function answerScripted({ exchange, step, raw }: Incoming, paces: PaceBook): boolean {
  const status = step?.status ?? 200;
  if (step?.drop) exchange.drop();
  else if (step?.rawStream) {
    playStream(exchange, planRawStream(step.rawStream, paces.paceFor("chat", raw), step));
  } else if (step?.body !== undefined) exchange.json(status, step.body);
  else if (status >= 300) exchange.json(status, scriptedFailure(status));
  else return false;
  return true;
}

function scriptedFailure(status: number) {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message: `A script answers ${status} here.`, type, param: null, code: null } };
}

function handlerFor(method: string | undefined, path: string, parts: FrontParts): Handler | undefined {
  if (method === "POST" && path === "/chat/completions") {
    return ({ exchange, raw, step }) => parts.completions(exchange, parseBody(raw), raw, step);
  }
  if (method === "POST" && path === "/images/generations") {
    return ({ exchange, raw, step }) => parts.images(exchange, parseBody(raw), raw, step);
  }
  if (method !== "GET" || !path.startsWith("/models")) return undefined;
  if (path === "/models") return ({ exchange }) => exchange.json(200, listModels(parts.models));
  const model = decodeURIComponent(path.slice("/models/".length));
  return ({ exchange }) => exchange.json(200, describeModel(parts.models, model));
}

async function answer(incoming: Incoming, handler: Handler, paces: PaceBook): Promise<void> {
  const { req, exchange, step } = incoming;
  if (!(await exchange.wait(step?.headersAfterMs ?? 0))) return;
  if (answerScripted(incoming, paces)) return;
  try {
    checkAuthorization(req.headers.authorization);
    await handler(incoming);
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    exchange.json(failure.status, failure.body);
  }
}

/** Answers the routes of the API that the project uses, and leaves the others to aimock. */
export function createFront(parts: FrontParts): Mountable {
  const { journal, scripts, paces } = parts;
  return {
    async handleRequest(req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
      const handler = handlerFor(req.method, path, parts);
      if (!handler) return false;
      const startedAt = now();
      const raw = await readBody(req);
      const { method = "", url = "", headers } = req;
      const call = journal.begin({ method, path: url, raw, headers, startedAt });
      const step = scripts.take(raw === "" ? url : raw);
      const exchange = openExchange({ req, res, journal, call, headers: step?.headers });
      await answer({ req, exchange, raw, step }, handler, paces);
      return true;
    },
  };
}
