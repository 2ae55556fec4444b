import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import { parseJson } from "../as-record.ts";
import { readBody } from "../read-body.ts";
import { scriptRequest } from "../script.ts";
import { calls, waitForCalls } from "./calls.ts";
import type { ControlParts, Route } from "./route.ts";
import { checked, send } from "./route.ts";

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

const script: Route = ({ body, res }, { scripts }) => {
  const asked = checked(res, scriptRequest, body);
  if (!asked) return;
  scripts.add(asked);
  send(res, 200, { match: asked.match, steps: asked.steps.length });
};

const pace: Route = ({ body, res }, { paces }) => {
  const asked = checked(res, paceRequest, body);
  if (!asked) return;
  const { match = "", ...change } = asked;
  paces.set(match, change);
  send(res, 200, asked);
};

const bill: Route = ({ res }, parts) => send(res, 200, { lines: parts.bill.lines() });

const forget: Route = ({ res }, { journal, scripts, paces, bill: paid }) => {
  for (const part of [journal, scripts, paces, paid]) part.clear();
  send(res, 200, { forgotten: true });
};

const ROUTES: Record<string, Route> = {
  "POST /script": script,
  "POST /pace": pace,
  "GET /calls": calls,
  "GET /calls/wait": waitForCalls,
  "GET /bill": bill,
  "DELETE /": forget,
  "GET /health": ({ res }) => send(res, 200, { status: "ok" }),
};

/** JSON over HTTP, since a test inside workerd reaches this process by fetch alone. */
export function createControl(parts: ControlParts) {
  return async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    const route = ROUTES[`${req.method} ${path || "/"}`];
    const query = new URL(req.url ?? "/", "http://stand-in").searchParams;
    const body = parseJson(await readBody(req));
    if (route) route({ res, query, body }, parts);
    else send(res, 404, { error: `no such control route; there are ${Object.keys(ROUTES).join(", ")}` });
  };
}
