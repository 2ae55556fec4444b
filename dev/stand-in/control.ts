import type { IncomingMessage, ServerResponse } from "node:http";
import type { Mountable } from "@copilotkit/aimock";
import * as z from "zod/mini";
import type { Call, Journal, Outcome } from "./journal.ts";
import { matchesCall, shownCall } from "./journal.ts";
import type { PaceBook } from "./pace.ts";
import { readBody } from "./read-body.ts";
import type { ScriptBook } from "./script.ts";
import { scriptRequest } from "./script.ts";

/** Where the control routes are, beside the API. */
export const CONTROL_PATH = "/__stand-in";

const amount = z.number().check(z.gte(0));
const paceRequest = z.strictObject({
  match: z.optional(z.string()),
  ttftMs: z.optional(amount),
  tokensPerSecond: z.optional(amount),
  chunkChars: z.optional(z.int().check(z.gte(1))),
  imageMs: z.optional(amount),
});

const waitQuery = z.object({
  match: z._default(z.string(), ""),
  count: z._default(z.coerce.number().check(z.gte(0)), 1),
  outcome: z.optional(z.enum(["open", "finished", "aborted"])),
  timeoutMs: z._default(z.coerce.number().check(z.gte(0)), 10_000),
});

export interface ControlParts {
  readonly journal: Journal;
  readonly scripts: ScriptBook;
  readonly paces: PaceBook;
}

interface Request {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
}

type Route = (request: Request, parts: ControlParts) => void | Promise<void>;

function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.destroyed) return;
  res.writeHead(status, { "content-type": "application/json" });
  res.end(JSON.stringify(body));
}

/** What is wrong with a body, in words that name the member. */
function faults(error: z.core.$ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.map(String).join(".") || "body"}: ${issue.message}`)
    .join("; ");
}

/** Answers 400 itself, and gives undefined, where the value is not as it should be. */
function checked<T extends z.core.$ZodType>(
  res: ServerResponse,
  schema: T,
  value: unknown,
): z.output<T> | undefined {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  send(res, 400, { error: faults(result.error) });
  return undefined;
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined; // which no schema here takes
  }
}

async function bodyOf<T extends z.core.$ZodType>(
  { req, res }: Request,
  schema: T,
): Promise<z.output<T> | undefined> {
  return checked(res, schema, parsed(await readBody(req)));
}

const script: Route = async (request, { scripts }) => {
  const body = await bodyOf(request, scriptRequest);
  if (!body) return;
  scripts.add(body);
  send(request.res, 200, { match: body.match, steps: body.steps.length });
};

const pace: Route = async (request, { paces }) => {
  const body = await bodyOf(request, paceRequest);
  if (!body) return;
  const { match = "", ...change } = body;
  paces.set(match, change);
  send(request.res, 200, body);
};

const calls: Route = ({ res, query }, { journal }) => {
  send(res, 200, { calls: journal.find(query.get("match") ?? "").map(shownCall) });
};

function inOutcome(found: Iterable<Call>, outcome: Outcome | undefined): Call[] {
  return [...found].filter((call) => outcome === undefined || call.outcome === outcome);
}

/** Looks only at calls that change while it waits, so that a bench is not slowed by a long journal. */
const wait: Route = ({ res, query }, { journal }) => {
  const asked = checked(res, waitQuery, Object.fromEntries(query));
  if (!asked) return;
  const found = new Set(journal.find(asked.match));
  const answer = (status: number) => {
    stop();
    clearTimeout(timer);
    send(res, status, { calls: inOutcome(found, asked.outcome).map(shownCall) });
  };
  const look = () => inOutcome(found, asked.outcome).length >= asked.count && answer(200);
  const stop = journal.watch((call) => {
    if (matchesCall(call, asked.match)) found.add(call);
    look();
  });
  const timer = setTimeout(() => answer(408), asked.timeoutMs);
  res.on("close", () => {
    stop();
    clearTimeout(timer);
  });
  look();
};

const forget: Route = ({ res }, { journal, scripts, paces }) => {
  journal.clear();
  scripts.clear();
  paces.clear();
  send(res, 200, { forgotten: true });
};

const health: Route = ({ res }) => send(res, 200, { status: "ok" });

const ROUTES: Record<string, Route> = {
  "POST /script": script,
  "POST /pace": pace,
  "GET /calls": calls,
  "GET /calls/wait": wait,
  "DELETE /": forget,
  "GET /health": health,
};

/** JSON over HTTP, since a test inside workerd reaches this process by fetch alone. */
export function createControl(parts: ControlParts): Mountable {
  return {
    async handleRequest(req, res, path) {
      const route = ROUTES[`${req.method} ${path}`];
      const query = new URL(req.url ?? "/", "http://stand-in").searchParams;
      if (route) await route({ req, res, query }, parts);
      else send(res, 404, { error: `no such control route; there are ${Object.keys(ROUTES).join(", ")}` });
      return true;
    },
  };
}
