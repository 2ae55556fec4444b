import type { Mountable } from "@copilotkit/aimock";
import * as z from "zod/mini";
import { calls, waitForCalls } from "./control-calls.ts";
import type { ControlParts, Route, RoutedRequest } from "./control-route.ts";
import { checked, send } from "./control-route.ts";
import { readBody } from "./read-body.ts";
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

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined; // which no schema here takes
  }
}

async function bodyOf<T extends z.core.$ZodType>(
  { req, res }: RoutedRequest,
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
  "GET /calls/wait": waitForCalls,
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
