import type { Counters } from "../../budget/counters.ts";
import { digest } from "../../hash.ts";
import type { AppEnv } from "../../http/env.ts";
import { REQUEST_ID } from "../../http/headers.ts";
import { requestId } from "../../http/request-id.ts";
import { log } from "../../log.ts";
import type { FastPath } from "./fast-path.ts";

export type Fetch<E> = (request: Request, env: E, ctx: ExecutionContext) => Response | Promise<Response>;

/**
 * What stands before the app: hot hits, which are most requests, are answered here, without routing and
 * middleware. They would cost as much again. Everything else is the app's, with the body that was read here.
 */
export function withFastPath(
  app: Fetch<AppEnv["Bindings"]>,
  hot: FastPath | undefined,
  counters: Pick<Counters, "count">,
): Fetch<unknown> {
  async function fastPathOrApp(request: Request, ctx: ExecutionContext, { route, find }: FastPath) {
    const startedAt = Date.now();
    const body = await request.arrayBuffer();
    const found = find(request, await digest(body));
    if (!found) return await app(request, { body: new Uint8Array(body) }, ctx);
    const { response, counts } = found;
    const later = (promise: Promise<unknown>) => ctx.waitUntil(promise);
    counters.count(counts, later);
    response.headers.set(REQUEST_ID, requestId(request));
    log.hit({ method: "POST", route, status: 200, tier: "memory" }, Date.now() - startedAt, later);
    return response;
  }

  return (request, _env, ctx) =>
    hot?.mayAnswer(request) ? fastPathOrApp(request, ctx, hot) : app(request, {}, ctx);
}
