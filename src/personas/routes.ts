import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { digest } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { BODY_LIMIT, readBody } from "../http/body.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { cacheWish, createTiming, ifNoneMatch } from "../http/headers.ts";
import { idempotencyKey } from "../idempotency/request-key.ts";
import { lastEventId, parseStreamId } from "../runs/resume.ts";
import { SSE_HEADERS } from "../runs/sse.ts";
import {
  type AnswerRequestDeps,
  answerFromCache,
  answerFromRun,
  answerRequest,
  type PersonaAnswer,
  toTotals,
} from "./answer.ts";
import { toBodyKey } from "./cache/memory.ts";
import { imageKeys, portraitsAre, toPersonaSet } from "./presenter.ts";
import {
  type PersonaRequest,
  parsePersonaRequest,
  type RequestHead,
  type RequestOptions,
} from "./request.ts";
import { GENERATE_PATH } from "./schema.ts";

export interface PersonaRoutesDeps extends AnswerRequestDeps, RequestOptions {
  /** What `imageUrl` is built on; undefined: the request's own origin. */
  readonly publicBaseUrl: string | undefined;
}

function wantsStream(c: Context<AppEnv>): boolean {
  const types = { header: "Accept" as const, supports: ["application/json", "text/event-stream"] };
  return accepts(c, { ...types, default: "application/json" }) === "text/event-stream";
}

export function personaRoutes(deps: PersonaRoutesDeps): Hono<AppEnv> {
  const { memory, keyOptions, hash, imageWidths, store } = deps;
  const toBaseUrl = (c: Context<AppEnv>) => deps.publicBaseUrl ?? new URL(c.req.url).origin;

  /** Whose sets alone this caller may see; nobody in particular where callers are anonymous, or sets shared. */
  function toOwner(c: Context<AppEnv>): { userHash?: string } {
    const { user } = c.get("caller");
    return keyOptions.scope === "subject" && user !== undefined ? { userHash: hash(user) } : {};
  }

  function readHead(c: Context<AppEnv>): RequestHead {
    return {
      startedAt: deps.now(),
      idempotencyKey: idempotencyKey(c.req.header("Idempotency-Key")),
      wish: cacheWish(c.req.raw.headers),
      stream: wantsStream(c),
      baseUrl: toBaseUrl(c),
      caller: c.get("caller"),
      timing: createTiming(deps.now),
    };
  }

  function fromMemory(bodyKey: string, { wish, idempotencyKey, baseUrl }: RequestHead) {
    if (wish.refresh || idempotencyKey !== undefined) return undefined;
    const answer = memory.getByBody(bodyKey, baseUrl);
    return answer && ({ kind: "hit", layer: "memory", answer } as const);
  }

  function note(c: Context<AppEnv>, answer: PersonaAnswer): void {
    c.set("tier", answer.kind === "hit" ? answer.layer : answer.how);
    c.set("counts", toTotals(answer));
  }

  async function generate(c: Context<AppEnv>, request: PersonaRequest): Promise<Response> {
    const answer = await answerRequest(deps, request, c.get("later"));
    note(c, answer);
    const { stream, baseUrl, timing, wish, input } = request;
    if (answer.kind === "hit") return answerFromCache(answer, stream, timing.header() || answer.layer);
    const options = { key: input.key, baseUrl, refresh: wish.refresh, stream, imageWidths };
    return answerFromRun(answer, { ...options, serverTiming: timing.header() });
  }

  return (
    new Hono<AppEnv>()
      .post(GENERATE_PATH, async (c) => {
        const head = readHead(c);
        const bytes = await readBody(c.req.raw, BODY_LIMIT, c.env?.body);
        const bodyKey = toBodyKey(await digest(bytes), head.caller.user);
        const hit = fromMemory(bodyKey, head);
        if (hit) {
          note(c, hit);
          return answerFromCache(hit, head.stream, hit.layer);
        }
        const request = parsePersonaRequest(head, bytes, deps);
        c.set("counts", { requests: 1 });
        memory.remember(bodyKey, request.input.key);
        return await generate(c, request);
      })
      .get("/api/personas/generations/:streamId", async (c) => {
        const after = lastEventId(c.req.header("Last-Event-ID"), c.req.query("after"));
        const stream = parseStreamId(c.req.param("streamId"));
        if (!stream) throw new Problem("not_found");
        const { name, runId } = stream;
        const request = { runId, after, baseUrl: toBaseUrl(c), ...toOwner(c) };
        const reading = await askAgainIfLost(() => deps.runs(name).resume(request));
        if (!reading) throw new Problem("not_found");
        if (reading.kind === "ended") return new Response(null, { status: 204 });
        return new Response(reading.body, {
          headers: { ...SSE_HEADERS, "X-Stream-Id": c.req.param("streamId") },
        });
      })
      // "generate" is another resource, which GET is no method of.
      .get("/api/personas/:setId{(?!generate$)[^/]+}", async (c) => {
        const row = await store.findById(c.req.param("setId"));
        const { userHash } = toOwner(c);
        const foreign = userHash !== undefined && row?.userHash !== userHash;
        if (!row || foreign) throw new Problem("not_found");
        c.get("later")(store.shown(row));
        if (!portraitsAre(row, "ready", "failed")) c.get("later")(deps.lookedAt(imageKeys(row)));
        const body = JSON.stringify(
          toPersonaSet(row, { baseUrl: toBaseUrl(c), fromCache: true, imageWidths }),
        );
        const etag = `"${hash(body).slice(0, 32)}"`;
        const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
        if (ifNoneMatch(c.req.header("If-None-Match"), etag))
          return new Response(null, { status: 304, headers });
        return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
      })
  );
}
