import canonicalize from "canonicalize";
import { type Context, Hono } from "hono";
import type { Increments } from "../budget/totals.ts";
import type { Hasher } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { CHAT_BODY_LIMIT, parseJson, readBody } from "../http/body.ts";
import type { Caller } from "../http/caller.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { cacheWish, createTiming } from "../http/headers.ts";
import { validate } from "../http/validate.ts";
import { fingerprint, idempotencyKey } from "../idempotency/request-key.ts";
import { lastEventId, parseStreamId } from "../runs/resume.ts";
import { answerTotals, askRun } from "../runs/run-answer.ts";
import { SSE_HEADERS } from "../runs/sse.ts";
import { answerFromRun } from "./answer.ts";
import type { ChatRuns, RunRef, SendAnswer, SendRequest, Used } from "./object.ts";
import { fitHistory } from "./prompt.ts";
import { chatRequest, type PersonaRef } from "./schema.ts";

/** A persona as the model is told of it, and whose it is. */
export interface KnownPersona {
  readonly persona: unknown;
  readonly emailHash: string | null;
}

export interface ChatRoutesDeps {
  /** The Durable Object of a name; a new stub each time, since one whose object died stays broken. */
  readonly runs: (name: string) => Omit<ChatRuns, "alarm" | "forget">;
  /** What the model is told of a persona; undefined where there is none, or it is another user's. */
  readonly findPersona: (ref: PersonaRef, caller: Caller) => Promise<KnownPersona | undefined>;
  /** US dollars. */
  readonly cost: (used: Used) => number;
  readonly hash: Hasher;
  /** Takes out of a text what is not to be kept or sent. */
  readonly redact: (text: string) => string;
  /** The most characters of a conversation that go to the model, beside its last message. */
  readonly historyChars: number;
  readonly now: () => number;
}

export function chatRoutes(deps: ChatRoutesDeps): Hono<AppEnv> {
  const { hash, now } = deps;

  const userHash = ({ user }: Caller) => (user === undefined ? null : hash(user));
  const toKey = (c: Context<AppEnv>) => idempotencyKey(c.req.header("Idempotency-Key"));
  /** A key is its user's; anonymous callers share one space, since a retry may come from another network. */
  const toKeyName = (key: string, { user }: Caller) =>
    hash(canonicalize(["chat-key", user ?? null, key]) ?? "");

  const personaFor = async (ref: PersonaRef | undefined, caller: Caller) =>
    ref && (await deps.findPersona(ref, caller));

  async function read(c: Context<AppEnv>, form: SendRequest["form"]): Promise<Omit<SendRequest, "again">> {
    const key = toKey(c);
    const { messages: given, persona } = validate(
      chatRequest,
      parseJson(await readBody(c.req.raw, CHAT_BODY_LIMIT)),
    );
    const messages = given.map(({ role, content }) => ({ role, content: deps.redact(content) }));
    c.set("counts", { requests: 1 });
    const caller = c.get("caller");
    const { refresh } = cacheWish(c.req.raw.headers);
    // With a key, whoever has it may come from any address.
    const who = caller.user ?? (key === undefined ? caller.address : undefined);
    const body = { messages, ...(persona && { persona }) };
    const asked = { route: "chat" as const, body, refresh, ...(who !== undefined && { caller: who }) };
    const mark = fingerprint(asked, hash);
    const known = await personaFor(persona, caller);
    return {
      fingerprint: mark,
      keyed: key !== undefined,
      form,
      personaUnknown: persona !== undefined && known === undefined,
      input: {
        ...fitHistory(messages, deps.historyChars),
        ...(known ?? { emailHash: null }),
        name: key === undefined ? mark : toKeyName(key, caller),
        callerUserHash: userHash(caller),
        callerAddressHash: hash(caller.address),
      },
    };
  }

  const send = (form: SendRequest["form"]) => async (c: Context<AppEnv>) => {
    const timing = createTiming(now);
    const request = await read(c, form);
    const { name } = request.input;
    const answer = await timing.measure("run", () =>
      askRun((again) => deps.runs(name).send({ ...request, again })),
    );
    if (answer.kind !== "failure") {
      c.set("tier", answer.how);
      c.set("counts", toCounts(answer));
    }
    return answerFromRun(name, answer, timing.header());
  };

  function toCounts(answer: Exclude<SendAnswer, { kind: "failure" }>): Increments {
    const used = answer.kind === "stream" ? answer.used : answer.message;
    if (!used) return answerTotals(answer.how); // what it costs is not known yet
    const { inputTokens, outputTokens } = used.usage;
    const saved = { usd: deps.cost(used), tokens: inputTokens + outputTokens, images: 0 };
    return answerTotals(answer.how, saved);
  }

  /** Throws `not_found` where the text cannot be a stream's id. */
  function toRun(c: Context<AppEnv, "/:streamId">): { readonly name: string; readonly ref: RunRef } {
    const stream = parseStreamId(c.req.param("streamId"));
    if (!stream) throw new Problem("not_found");
    return { name: stream.name, ref: { runId: stream.runId, userHash: userHash(c.get("caller")) } };
  }

  return new Hono<AppEnv>()
    .post("/api/chat", send("json"))
    .post("/api/chat/stream", send("stream"))
    .get("/api/chat/streams/:streamId", async (c) => {
      const after = lastEventId(c.req.header("Last-Event-ID"), c.req.query("after"));
      const { name, ref } = toRun(c);
      const reading = await askAgainIfLost(() => deps.runs(name).resume({ ...ref, after }));
      if (!reading) throw new Problem("not_found");
      if (reading.kind === "ended") return c.body(null, 204);
      return new Response(reading.body, {
        headers: { ...SSE_HEADERS, "X-Stream-Id": c.req.param("streamId") },
      });
    })
    .delete("/api/chat/streams/:streamId", async (c) => {
      const { name, ref } = toRun(c);
      if (!(await askAgainIfLost(() => deps.runs(name).stop(ref)))) throw new Problem("not_found");
      return c.body(null, 204);
    })
    .delete("/api/chat/streams", async (c) => {
      const key = toKey(c);
      if (key === undefined) throw new Problem("invalid_idempotency_key");
      const name = toKeyName(key, c.get("caller"));
      await askAgainIfLost(() => deps.runs(name).stopKey());
      return c.body(null, 204);
    });
}
