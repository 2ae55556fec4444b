import type { IncomingMessage, ServerResponse } from "node:http";
import { openExchange } from "../exchange.ts";
import { now } from "../journal.ts";
import type { Parts } from "../parts.ts";
import { profileOf } from "../profiles/profiles.ts";
import { readBody } from "../read-body.ts";
import { scriptedAnswer } from "../script.ts";
import { ApiFailure, checkAuthorization } from "./failure.ts";
import type { ApiCall, ApiRoute } from "./route.ts";
import { planRawStream } from "./stream-plan.ts";
import { playStream } from "./stream-player.ts";

const FILES = "/files";

type Call = Omit<ApiCall, "id">;

/** Answers one call of the API: as a script says, as its route does, or with a refusal. */
export function createApi(parts: Parts, routes: readonly ApiRoute[]) {
  /** What a script answers by itself; false where the usual answer is only changed. */
  async function answerScripted({ exchange, step, raw }: Call): Promise<boolean> {
    const scripted = scriptedAnswer(step);
    if (step?.drop) exchange.drop();
    else if (step?.rawStream)
      await playStream(exchange, planRawStream(step.rawStream, parts.paces.paceFor("chat", raw), step));
    else if (scripted) exchange.json(scripted.status, scripted.body);
    else return false;
    return true;
  }

  function routed({ method = "", headers }: IncomingMessage, path: string, call: Call) {
    const { header, unauthorized } = call.profile;
    if (header && unauthorized && headers[header] === undefined) throw unauthorized;
    const route = routes.find((one) => one.method === method && one.path.test(path));
    if (!route?.keyless) checkAuthorization(headers.authorization);
    if (!route) throw new ApiFailure(404, `Invalid URL (${method} ${path})`);
    return route.answer({ ...call, id: decodeURIComponent(route.path.exec(path)?.[1] ?? "") });
  }

  return async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    const startedAt = now();
    const raw = await readBody(req);
    const entry = parts.journal.begin(req, raw, startedAt);
    // The lines of a file are calls of their own, each with its own step.
    const step = parts.scripts.take(raw === "" || path === FILES ? entry.path : raw);
    const exchange = openExchange({ res, journal: parts.journal, call: entry, headers: step?.headers });
    const call = { exchange, raw, step, profile: profileOf(step?.profile ?? parts.profile) };
    if (!(await exchange.wait(step?.headersAfterMs ?? 0)) || (await answerScripted(call))) return;
    try {
      await routed(req, path, call);
    } catch (failure) {
      if (!(failure instanceof ApiFailure)) throw failure;
      exchange.json(failure.status, failure.body);
    }
  };
}
