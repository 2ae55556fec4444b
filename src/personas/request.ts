import type { Hasher } from "../hash.ts";
import { parseJson } from "../http/body.ts";
import type { Caller } from "../http/caller.ts";
import type { CacheWish, Timing } from "../http/headers.ts";
import { validate } from "../http/validate.ts";
import { fingerprint } from "../idempotency/request-key.ts";
import { mapMembers } from "../redact.ts";
import type { Claim } from "./claims.ts";
import type { JoinRequest } from "./generation/object.ts";
import { type KeyOptions, type PersonaInput, personaInput, toSubject } from "./key.ts";
import { GENERATE_PATH, type GenerateRequest, generateRequest } from "./schema.ts";

/** What a request says beside its body. */
export interface RequestHead {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly idempotencyKey: string | undefined;
  readonly wish: CacheWish;
  /** The answer is to be a stream. */
  readonly stream: boolean;
  readonly baseUrl: string;
  readonly caller: Caller;
  readonly timing: Timing;
}

/** A request for a set, validated and redacted. */
export interface PersonaRequest extends RequestHead {
  readonly body: Omit<GenerateRequest, "images">;
  readonly input: PersonaInput;
  /** Only a JSON answer waits: a stream says how each portrait is, and the caller follows them. */
  readonly waitsForPortraits: boolean;
  /** With an Idempotency-Key. */
  readonly claim: Claim | undefined;
}

export interface RequestOptions {
  readonly keyOptions: KeyOptions;
  readonly hash: Hasher;
  /** Takes out of a text what is not to be kept or sent. */
  readonly redact: (text: string) => string;
  /** How long an Idempotency-Key is remembered. Milliseconds. */
  readonly keyTtlMs: number;
}

function hashCaller({ user, address }: Caller, hash: Hasher) {
  return { callerUserHash: user === undefined ? null : hash(user), callerAddressHash: hash(address) };
}

/** A key is its user's; anonymous callers share one space, since a retry may come from another network. */
function toClaim(
  { idempotencyKey, caller, wish }: RequestHead,
  body: PersonaRequest["body"],
  input: PersonaInput,
  { hash, keyTtlMs: ttlMs }: RequestOptions,
): Claim | undefined {
  if (idempotencyKey === undefined) return undefined;
  const { user } = caller;
  const named = { route: "personas" as const, body, refresh: wish.refresh, ...(user && { caller: user }) };
  return {
    id: `key-${hash(JSON.stringify(["personas", user ?? null, idempotencyKey]))}`,
    fingerprint: fingerprint(named, hash),
    ttlMs,
    route: GENERATE_PATH,
    requestHash: input.key,
    emailHash: input.emailHash,
    ...hashCaller(caller, hash),
  };
}

/** Throws `invalid_json` and `invalid_request`. */
export function parsePersonaRequest(
  head: RequestHead,
  bytes: Uint8Array,
  options: RequestOptions,
): PersonaRequest {
  const { images, ...given } = validate(generateRequest, parseJson(bytes));
  const body = { ...given, leadData: mapMembers(given.leadData, options.redact) };
  const input = personaInput(body, toSubject(body.email, head.caller.user), options.keyOptions);
  const claim = toClaim(head, body, input, options);
  return { ...head, body, input, waitsForPortraits: images === "wait" && !head.stream, claim };
}

/** What the Durable Object of its key is asked. `acceptStale`: D1 cannot say whether it has the set. */
export function toJoinRequest(request: PersonaRequest, acceptStale: boolean, hash: Hasher): JoinRequest {
  const { body, input, claim, caller, stream, baseUrl, wish } = request;
  const { refresh } = wish;
  const named = { route: "personas" as const, body, refresh, caller: caller.user ?? caller.address };
  return {
    input: { ...input, ...hashCaller(caller, hash) },
    requestKey: claim?.id ?? fingerprint(named, hash),
    refresh,
    acceptStale,
    ...(claim && { claim }),
    ...(stream && { stream: { baseUrl } }),
  };
}
