import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { type Increments, savedTotals } from "../budget/totals.ts";
import { digest as digestOf, type Hasher } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { BODY_LIMIT, parseJson, readBody } from "../http/body.ts";
import { type CacheWish, cacheWish } from "../http/cache-control.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { ifNoneMatch } from "../http/etag.ts";
import { createTiming, type Timing } from "../http/timing.ts";
import { validate } from "../http/validate.ts";
import { fingerprint } from "../idempotency/fingerprint.ts";
import { idempotencyKey } from "../idempotency/key.ts";
import { mapMembers } from "../redact.ts";
import { askRun } from "../runs/ask-run.ts";
import { lastEventId } from "../runs/resume.ts";
import { SSE_HEADERS } from "../runs/sse.ts";
import { parseStreamId } from "../runs/stream-id.ts";
import { answerFromCache, answerFromRun } from "./answer.ts";
import { toBodyKey } from "./cache/fast-path.ts";
import {
  createReadThrough,
  type Hit,
  type ReadThrough,
  type ReadThroughDeps,
  type Replay,
  type Settle,
} from "./cache/read-through.ts";
import type { Claim } from "./claims.ts";
import type { JoinAnswer, JoinRequest, PersonaRuns } from "./generation/object.ts";
import { type KeyOptions, type PersonaInput, personaInput, toSubject } from "./key.ts";
import { createPortraitWait, withTodaysStates } from "./portrait-wait.ts";
import { imageKeys, portraitsAre, savedBy, toPersonaSet } from "./presenter.ts";
import { GENERATE_PATH, type GenerateRequest, generateRequest } from "./schema.ts";

export interface PersonaRoutesDeps extends ReadThroughDeps {
  /** The Durable Object of a persona key. */
  readonly runs: (key: string) => Pick<PersonaRuns, "join" | "resume">;
  readonly keyOptions: KeyOptions;
  readonly hash: Hasher;
  /** Takes out of a text what is not to be kept or sent. */
  readonly redact: (text: string) => string;
  /** What `imageUrl` is built on; undefined: the request's own origin. */
  readonly publicBaseUrl: string | undefined;
  readonly upstreamConfigured: boolean;
  /** How long an Idempotency-Key is remembered. Milliseconds. */
  readonly keyTtlMs: number;
  readonly now: () => number;
}

type SetAnswer = Extract<JoinAnswer, { kind: "set" }>;

interface Asked {
  readonly startedAt: number;
  /** The Idempotency-Key. */
  readonly key: string | undefined;
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
  /** `images: "wait"` waits here. */
  readonly settle: Settle;
  readonly asked: Asked;
  /** D1 could not be asked, so that nobody knows whether it has the set. */
  readonly unknown: boolean;
  /** With an Idempotency-Key. */
  readonly claim: Claim | undefined;
}

const SHARED = { started: {}, joined: { joined: 1 }, replayed: { "hits.log": 1 } };

function toCounts(answer: JoinAnswer): Increments {
  const { how } = answer;
  const saved = answer.kind === "set" && how !== "started" ? savedTotals(savedBy(answer.set)) : {};
  return { requests: 1, ...(answer.kind !== "failure" && SHARED[how]), ...saved };
}

function wantsStream(c: Context<AppEnv>): boolean {
  const types = { header: "Accept" as const, supports: ["application/json", "text/event-stream"] };
  return accepts(c, { ...types, default: "application/json" }) === "text/event-stream";
}

export function personaRoutes(deps: PersonaRoutesDeps): Hono<AppEnv> {
  const { memory, keyOptions, hash, now } = deps;
  const baseUrlOf = (c: Context<AppEnv>) => deps.publicBaseUrl ?? new URL(c.req.url).origin;

  /** Whose sets alone this caller may see; nobody in particular where callers are anonymous, or sets shared. */
  function toOwner(c: Context<AppEnv>): { userHash?: string } {
    const { user } = c.get("caller");
    return keyOptions.scope === "subject" && user !== undefined ? { userHash: hash(user) } : {};
  }

  async function read(c: Context<AppEnv>): Promise<Asked> {
    const key = idempotencyKey(c.req.header("Idempotency-Key"));
    const bytes = await readBody(c.req.raw, BODY_LIMIT, c.env?.body);
    const wish = cacheWish(c.req.raw.headers);
    return {
      startedAt: now(),
      key,
      bytes,
      wish,
      stream: wantsStream(c),
      baseUrl: baseUrlOf(c),
      timing: createTiming(now),
    };
  }

  /** Bytes that were validated before need not be read again: their hash leads to the answer. */
  function memoryHit(digest: string, { wish, baseUrl }: Asked): Hit | undefined {
    const key = wish.refresh ? undefined : memory.toKey(digest);
    const answer = key === undefined ? undefined : memory.get({ key, baseUrl });
    return answer && { tier: "memory", answer };
  }

  function send(c: Context<AppEnv>, hit: Hit, { stream, timing }: Asked): Response {
    c.set("tier", hit.tier);
    c.set("counts", { requests: 1, [`hits.${hit.tier}`]: 1, ...savedTotals(hit.answer.saved) });
    return answerFromCache(hit, stream, timing.header() || hit.tier);
  }

  function joinRequest(c: Context<AppEnv>, { body, input, asked, unknown, claim }: Miss): JoinRequest {
    const { user, address } = c.get("caller");
    const { wish, stream, baseUrl } = asked;
    const { refresh } = wish;
    const requestKey =
      claim?.id ?? fingerprint({ route: "personas", body, refresh, caller: user ?? address }, hash);
    return {
      input: { ...input, ...toCaller(c) },
      requestKey,
      refresh,
      acceptStale: unknown,
      ...(claim && { claim }),
      ...(stream && { stream: { baseUrl } }),
    };
  }

  function toCaller(c: Context<AppEnv>) {
    const { user, address } = c.get("caller");
    return { callerUserHash: user === undefined ? null : hash(user), callerAddressHash: hash(address) };
  }

  /** A key is its user's; anonymous callers share one space, since a retry may come from another network. */
  function toClaim(c: Context<AppEnv>, body: Miss["body"], input: PersonaInput, { wish, key }: Asked) {
    if (key === undefined) return undefined;
    const { user } = c.get("caller");
    const asked = { route: "personas" as const, body, refresh: wish.refresh, ...(user && { caller: user }) };
    return {
      id: `key-${hash(JSON.stringify(["personas", user ?? null, key]))}`,
      fingerprint: fingerprint(asked, hash),
      ttlMs: deps.keyTtlMs,
      route: GENERATE_PATH,
      requestHash: input.key,
      model: keyOptions.model,
      emailHash: input.emailHash,
      ...toCaller(c),
    };
  }

  async function fromRun(c: Context<AppEnv>, readThrough: ReadThrough, miss: Miss): Promise<Response> {
    const { input, asked } = miss;
    const { baseUrl, timing, stream, wish } = asked;
    if (asked.wish.onlyIfCached) throw new Problem("not_cached");
    if (!deps.upstreamConfigured) throw new Problem("upstream_not_configured");
    const request = joinRequest(c, miss);
    const cacheKey = { key: input.key, baseUrl };
    if (wish.refresh) readThrough.invalidate(cacheKey, asked.startedAt);
    const answer = await timing.measure("run", () => askRun(() => deps.runs(input.key).join(request)));
    c.set("tier", answer.how);
    c.set("counts", toCounts(answer));
    if (wish.refresh && (answer.kind === "failure" || answer.how === "replayed"))
      readThrough.restore(cacheKey);
    const shown =
      answer.kind === "set" ? { ...answer, set: await finish(readThrough, miss, answer) } : answer;
    const { imageWidths } = deps;
    const options = { key: input.key, baseUrl, refresh: wish.refresh, stream, imageWidths };
    return answerFromRun(shown, { ...options, serverTiming: timing.header() });
  }

  /** A run's set as it is shown, which the first two tiers get to know. */
  async function finish(readThrough: ReadThrough, { input, asked, settle }: Miss, { how, set }: SetAnswer) {
    const replayed = how === "replayed";
    const cacheKey = { key: input.key, baseUrl: asked.baseUrl };
    const finished = await settle(replayed ? await withTodaysStates(deps.store, set) : set);
    if (!replayed) readThrough.fill(cacheKey, finished);
    return finished;
  }

  /** Only a JSON answer waits: a stream tells of each portrait as it is, and the caller follows them. */
  function settleFor(asked: Asked, images: GenerateRequest["images"]): Settle {
    if (images !== "wait" || asked.stream) return async (set) => set;
    const wait = createPortraitWait(deps.store, now);
    return (set) => asked.timing.measure("portraits", () => wait(set, asked.startedAt));
  }

  async function find(readThrough: ReadThrough, { input, asked, settle, claim }: Miss) {
    const { wish, timing, baseUrl } = asked;
    const cacheKey = { key: input.key, baseUrl };
    if (claim) return await readThrough.findKeyed({ cacheKey, claim, refresh: wish.refresh, timing, settle });
    return wish.refresh ? "absent" : await readThrough.find(cacheKey, timing, settle);
  }

  async function replay(
    c: Context<AppEnv>,
    readThrough: ReadThrough,
    miss: Miss,
    found: Replay,
  ): Promise<Response> {
    const how = "replayed";
    c.set("tier", how);
    const { asked, input } = miss;
    c.get("later")(deps.store.shown(found.replay));
    c.set("counts", toCounts({ kind: "set", how, set: found.replay }));
    const set = await finish(readThrough, miss, { kind: "set", how, set: found.replay });
    const options = {
      key: input.key,
      baseUrl: asked.baseUrl,
      refresh: asked.wish.refresh,
      stream: asked.stream,
      imageWidths: deps.imageWidths,
    };
    return answerFromRun({ kind: "set", how, set }, { ...options, serverTiming: asked.timing.header() });
  }

  async function generate(c: Context<AppEnv>, asked: Asked, digest: string): Promise<Response> {
    const { images, ...given } = validate(generateRequest, parseJson(asked.bytes));
    const body = { ...given, leadData: mapMembers(given.leadData, deps.redact) };
    c.set("counts", { requests: 1 });
    const input = personaInput(body, toSubject(body.email, c.get("caller").user), keyOptions);
    memory.remember(digest, input.key);
    const readThrough = createReadThrough(deps, c.get("later"));
    const claim = toClaim(c, body, input, asked);
    const miss = { body, input, asked, settle: settleFor(asked, images), unknown: false, claim };
    const found = await find(readThrough, miss);
    if (typeof found === "string")
      return await fromRun(c, readThrough, { ...miss, unknown: found === "unknown" });
    return "replay" in found ? await replay(c, readThrough, miss, found) : send(c, found, asked);
  }

  return (
    new Hono<AppEnv>()
      .post(GENERATE_PATH, async (c) => {
        const asked = await read(c);
        const { user } = c.get("caller");
        const digest = toBodyKey(await digestOf(asked.bytes), user);
        const hot = asked.key === undefined ? memoryHit(digest, asked) : undefined;
        return hot ? send(c, hot, asked) : await generate(c, asked, digest);
      })
      .get("/api/personas/generations/:streamId", async (c) => {
        const after = lastEventId(c.req.header("Last-Event-ID"), c.req.query("after"));
        const stream = parseStreamId(c.req.param("streamId"));
        if (!stream) throw new Problem("not_found");
        const { name, runId } = stream;
        const request = { runId, after, baseUrl: baseUrlOf(c), ...toOwner(c) };
        const reading = await askAgainIfLost(() => deps.runs(name).resume(request));
        if (!reading) throw new Problem("not_found");
        if (reading.kind === "ended") return new Response(null, { status: 204 });
        return new Response(reading.body, {
          headers: { ...SSE_HEADERS, "X-Stream-Id": c.req.param("streamId") },
        });
      })
      // "generate" is another resource, which GET is no method of.
      .get("/api/personas/:setId{(?!generate$)[^/]+}", async (c) => {
        const row = await deps.store.findById(c.req.param("setId"));
        const { userHash } = toOwner(c);
        const foreign = userHash !== undefined && row?.userHash !== userHash;
        if (!row || foreign) throw new Problem("not_found");
        c.get("later")(deps.store.shown(row));
        if (!portraitsAre(row, "ready", "failed")) c.get("later")(deps.lookedAt(imageKeys(row)));
        const shown = { baseUrl: baseUrlOf(c), fromCache: true, imageWidths: deps.imageWidths };
        const body = JSON.stringify(toPersonaSet(row, shown));
        const etag = `"${hash(body).slice(0, 32)}"`;
        const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
        if (ifNoneMatch(c.req.header("If-None-Match"), etag))
          return new Response(null, { status: 304, headers });
        return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
      })
  );
}
