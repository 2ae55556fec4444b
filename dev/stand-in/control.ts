import { on } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { parseJson } from "../json.ts";
import { type Call, matchesCall, shownCall } from "./journal.ts";
import type { Parts } from "./parts.ts";
import { readBody } from "./read-body.ts";
import { scriptRequest } from "./script.ts";

/** Where the control routes are, beside the API. */
export const CONTROL_PATH = "/__stand-in";

const amount = z.number().nonnegative();
const count = z.coerce.number().nonnegative();
const match = z.string().default("");
const paceRequest = z.strictObject({
  match,
  ttftMs: amount.optional(),
  tokensPerSecond: amount.optional(),
  chunkChars: z.int().positive().optional(),
  imageMs: amount.optional(),
});
const callsQuery = z.object({ match });
const waitQuery = z.object({
  match,
  count: count.default(1),
  outcome: z.enum(["open", "finished", "aborted"]).optional(),
  timeoutMs: count.default(10_000),
});

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** `asked` is the query of a GET, or the body. Throws a `ZodError` where it is not as it should be. */
type Route = (parts: Parts, asked: unknown) => Answer | Promise<Answer>;

const shown = (calls: readonly Call[]) => ({ calls: calls.map(shownCall) });

/** 408 with what there was where it takes too long. */
async function waitForCalls({ journal }: Parts, asked: unknown): Promise<Answer> {
  const { match, count, outcome, timeoutMs } = waitQuery.parse(asked);
  const found = new Set(journal.find(match));
  const wanted = () => [...found].filter((call) => outcome === undefined || call.outcome === outcome);
  const isEnough = () => wanted().length >= count;
  const signal = AbortSignal.timeout(timeoutMs);
  // Looks only at calls that change meanwhile, so that a bench is not slowed by a long journal.
  try {
    if (!isEnough())
      for await (const [call] of on(journal.changes, "change", { signal }) as AsyncIterable<[Call]>) {
        if (matchesCall(call, match)) found.add(call);
        if (isEnough()) break;
      }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { status: isEnough() ? 200 : 408, body: shown(wanted()) };
}

const ROUTES: Record<string, Route> = {
  "POST /script"({ scripts }, asked) {
    scripts.add(scriptRequest.parse(asked));
    return { body: asked };
  },
  "POST /pace"({ paces }, asked) {
    const { match, ...change } = paceRequest.parse(asked);
    paces.set(match, change);
    return { body: asked };
  },
  "GET /calls": ({ journal }, asked) => ({ body: shown(journal.find(callsQuery.parse(asked).match)) }),
  "GET /calls/wait": waitForCalls,
  "GET /bill": ({ bill }) => ({ body: { lines: bill.lines } }),
  "DELETE /"({ journal, scripts, paces, bill }) {
    for (const part of [journal, scripts, paces, bill]) part.clear();
    return { body: { forgotten: true } };
  },
  "GET /health": () => ({ body: { status: "ok" } }),
};

async function answer(parts: Parts, route: Route | undefined, asked: unknown): Promise<Answer> {
  const known = Object.keys(ROUTES).join(", ");
  if (!route) return { status: 404, body: { error: `no such control route; there are ${known}` } };
  try {
    return await route(parts, asked);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { status: 400, body: { error: z.prettifyError(error) } };
  }
}

/** JSON over HTTP, since a test inside workerd reaches this process by fetch alone. */
export function createControl(parts: Parts) {
  return async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    const { searchParams } = new URL(req.url ?? "/", "http://stand-in");
    const text = await readBody(req);
    const asked = req.method === "GET" ? Object.fromEntries(searchParams) : parseJson(text);
    const { status = 200, body } = await answer(parts, ROUTES[`${req.method} ${path || "/"}`], asked);
    if (!res.destroyed)
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
}
