import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import type { Hasher } from "../hash.ts";
import { BODY_LIMIT, parseJson, readBody } from "../http/body.ts";
import { type CacheWish, cacheWish } from "../http/cache-control.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { createTiming, type Timing } from "../http/timing.ts";
import { validate } from "../http/validate.ts";
import { fingerprint } from "../idempotency/fingerprint.ts";
import { lastEventId } from "../streams/resume.ts";
import { SSE_HEADERS } from "../streams/sse.ts";
import { answerFromCache, answerFromRun } from "./answer.ts";
import { askRun } from "./ask-run.ts";
import { type KeyOptions, type PersonaInput, personaInput, subjectOf } from "./key.ts";
import { createLookup, type Hit, type Lookup, type LookupDeps } from "./lookup.ts";
import type { JoinRequest, PersonaRuns } from "./run.ts";
import type { SetRow } from "./store.ts";
import { showSet } from "./stored.ts";
import { type GenerateRequest, generateRequest } from "./wire.ts";

const STREAM_ID = /^([0-9a-f]{64})\.([0-9a-f]{32})$/;

export interface PersonaRoutesDeps extends LookupDeps {
  /** The Durable Object of a persona key. */
  readonly runs: (key: string) => Pick<PersonaRuns, "join" | "resume">;
  readonly keyOptions: KeyOptions;
  readonly hash: Hasher;
  /** What `imageUrl` is built on; undefined: the request's own origin. */
  readonly publicBaseUrl: string | undefined;
  readonly upstreamConfigured: boolean;
  readonly now: () => number;
}

interface Asked {
  readonly bytes: Uint8Array;
  readonly wish: CacheWish;
  readonly stream: boolean;
  readonly baseUrl: string;
  readonly timing: Timing;
}

/** A request that no cache answers. */
interface Miss {
  readonly body: Omit<GenerateRequest, "images">;
  readonly input: PersonaInput;
  /** What a refresh replaces. */
  readonly current: SetRow | undefined;
  readonly asked: Asked;
}

function wantsStream(c: Context<AppEnv>): boolean {
  const types = { header: "Accept" as const, supports: ["application/json", "text/event-stream"] };
  return accepts(c, { ...types, default: "application/json" }) === "text/event-stream";
}

export function personaRoutes(deps: PersonaRoutesDeps): Hono<AppEnv> {
  const { memory, keyOptions, hash, now } = deps;
  const baseUrlOf = (c: Context<AppEnv>) => deps.publicBaseUrl ?? new URL(c.req.url).origin;

  /** Whose sets alone this caller may see; nobody in particular where callers are anonymous, or sets shared. */
  function ownerOf(c: Context<AppEnv>): { userHash?: string } {
    const { user } = c.get("caller");
    return keyOptions.scope === "subject" && user !== undefined ? { userHash: hash(user) } : {};
  }

  async function read(c: Context<AppEnv>): Promise<Asked> {
    const bytes = await readBody(c.req.raw, BODY_LIMIT);
    const wish = cacheWish(c.req.raw.headers);
    return { bytes, wish, stream: wantsStream(c), baseUrl: baseUrlOf(c), timing: createTiming(now) };
  }

  /** Bytes that were validated before need not be read again: their hash leads to the answer. */
  function hotHit(digest: string, { wish, baseUrl }: Asked): Hit | undefined {
    const key = wish.refresh ? undefined : memory.keyOf(digest);
    const answer = key === undefined ? undefined : memory.get({ key, baseUrl });
    return answer && { tier: "memory", answer };
  }

  function send(c: Context<AppEnv>, hit: Hit, { stream, timing }: Asked): Response {
    c.set("tier", hit.tier);
    return answerFromCache(hit, stream, timing.header() || hit.tier);
  }

  function joinRequest(c: Context<AppEnv>, { body, input, current, asked }: Miss): JoinRequest {
    const { user, address } = c.get("caller");
    const { wish, stream, baseUrl } = asked;
    const asker = fingerprint(
      { route: "personas", body, refresh: wish.refresh, caller: user ?? address },
      hash,
    );
    const callerUserHash = user === undefined ? null : hash(user);
    const known = { ...input, callerUserHash, callerAddressHash: hash(address) };
    return {
      input: current ? { ...known, setId: current.setId } : known,
      asker,
      refresh: wish.refresh,
      ...(stream && { stream: { baseUrl } }),
    };
  }

  async function fromRun(c: Context<AppEnv>, lookup: Lookup, miss: Miss): Promise<Response> {
    const { input, asked } = miss;
    const { baseUrl, timing, stream } = asked;
    if (asked.wish.onlyIfCached) throw new Problem("not_cached");
    if (!deps.upstreamConfigured) throw new Problem("upstream_not_configured");
    const answer = await timing.measure("run", () =>
      askRun(() => deps.runs(input.key), joinRequest(c, miss)),
    );
    c.set("tier", answer.how);
    if (answer.kind === "set" && answer.how !== "replayed")
      lookup.fill({ key: input.key, baseUrl }, answer.set);
    const options = { key: input.key, baseUrl, refresh: asked.wish.refresh, stream };
    return answerFromRun(answer, { ...options, serverTiming: timing.header() });
  }

  async function generate(c: Context<AppEnv>, asked: Asked, digest: string): Promise<Response> {
    const { images: _, ...body } = validate(generateRequest, parseJson(asked.bytes));
    const input = personaInput(body, subjectOf(body.email, c.get("caller").user), keyOptions);
    memory.remember(digest, input.key);
    const lookup = createLookup(deps, c.get("later"));
    if (asked.wish.refresh) {
      const current = await lookup.current(input.key, asked.timing);
      return await fromRun(c, lookup, { body, input, current, asked });
    }
    const hit = await lookup.find({ key: input.key, baseUrl: asked.baseUrl }, asked.timing);
    return hit ? send(c, hit, asked) : await fromRun(c, lookup, { body, input, current: undefined, asked });
  }

  return (
    new Hono<AppEnv>()
      .post("/api/personas/generate", async (c) => {
        const asked = await read(c);
        const { user } = c.get("caller");
        const digest = `${hash(asked.bytes)} ${user ?? ""}`;
        const hot = hotHit(digest, asked);
        return hot ? send(c, hot, asked) : await generate(c, asked, digest);
      })
      .get("/api/personas/generations/:streamId", async (c) => {
        const after = lastEventId(c.req.header("Last-Event-ID"), c.req.query("after"));
        const [, key, runId] = STREAM_ID.exec(c.req.param("streamId")) ?? [];
        if (!key || !runId) throw new Problem("not_found");
        const reading = await deps.runs(key).resume({ runId, after, baseUrl: baseUrlOf(c), ...ownerOf(c) });
        if (!reading || reading.kind === "failure") throw new Problem("not_found");
        if (reading.kind === "ended") return new Response(null, { status: 204 });
        return new Response(reading.body, {
          headers: { ...SSE_HEADERS, "X-Stream-Id": c.req.param("streamId") },
        });
      })
      // "generate" is another resource, which GET is no method of.
      .get("/api/personas/:setId{(?!generate$)[^/]+}", async (c) => {
        const row = await deps.store.findById(c.req.param("setId"));
        const { userHash } = ownerOf(c);
        const foreign = userHash !== undefined && row?.userHash !== userHash;
        if (!row || foreign) throw new Problem("not_found");
        const body = JSON.stringify(showSet(row, { baseUrl: baseUrlOf(c), fromCache: true }));
        const etag = `"${hash(body).slice(0, 32)}"`;
        const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
        if (ifNoneMatch(c.req.header("If-None-Match"), etag))
          return new Response(null, { status: 304, headers });
        return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
      })
  );
}

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
function ifNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === etag);
}
