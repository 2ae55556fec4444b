import fc from "fast-check";
import { type GuardedRoute, ROUTES } from "../guarded-routes.ts";
import { HOSTILE_HEADERS } from "../hostile-headers.ts";
import { byteMutation, textMutation } from "./bodies.ts";

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** With its query; visible ASCII. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Sent without a Content-Length. */
  readonly chunked: boolean;
}

type Mutation = (request: FuzzRequest) => FuzzRequest;

/** Those that say where a message ends, or what becomes of its connection, are the HTTP parser's. */
const OF_THE_CONNECTION = ["Host", "Accept-Encoding", "Content-Length", "Transfer-Encoding", "Expect", "TE"];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const ODD_PIECES = [
  "/",
  "//",
  "/.",
  "/..",
  "/%2e%2e/",
  "%2F",
  "%00",
  "%",
  "%zz",
  "%C0%AF",
  "%ED%A0%80",
  "%0d%0aX:y",
  ";",
  "*",
  ":",
  "{}",
  "'",
  "--",
  "%27%20OR%201=1",
  "generate",
  "streams",
  "?",
  "?after=",
  "&after=1",
  "#",
  "a".repeat(4_000),
  "%F0%9F%98%80".repeat(50),
  "__proto__",
  "constructor",
  "undefined",
  "null",
];
const QUERIES = ["after=-1", "after=1.5", "after=99", "after=", "after=%00", "days=7", "x".repeat(3_000)];

const header = fc.oneof(
  fc
    .constantFrom(...HOSTILE_HEADERS.filter(([name]) => !OF_THE_CONNECTION.includes(name)))
    .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
  fc.tuple(
    fc.constantFrom("Content-Type", "Authorization", "Accept", "Cookie", "X-Request-Id", "Idempotency-Key"),
    fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => text.replace(/\p{Cc}/gu, "")),
  ),
  fc.constantFrom(["Accept", "text/event-stream"] as const, ["Cache-Control", "only-if-cached"] as const),
);

const mutateMethod = fc.constantFrom(...METHODS).map(
  (method): Mutation =>
    (request) => ({ ...request, method }),
);

const mutatePath = fc.tuple(fc.nat(), fc.constantFrom(...ODD_PIECES), fc.nat({ max: 6 })).map(
  ([place, piece, gone]): Mutation =>
    ({ path, ...request }) => {
      const at = 1 + (place % path.length);
      return { ...request, path: path.slice(0, at) + piece + path.slice(at + gone) };
    },
);

const mutateCase = fc.nat().map(
  (place): Mutation =>
    ({ path, ...request }) => {
      const at = place % path.length;
      const letter = path[at] ?? "";
      const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
      return { ...request, path: path.slice(0, at) + other + path.slice(at + 1) };
    },
);

const mutateQuery = fc.constantFrom(...QUERIES).map(
  (query): Mutation =>
    ({ path, ...request }) => ({ ...request, path: `${path}?${query}` }),
);

const mutateHeader = header.map(
  ([name, value]): Mutation =>
    (request) => ({ ...request, headers: { ...request.headers, [name]: value } }),
);

const mutateText = textMutation.map(
  (mutate): Mutation =>
    ({ body, ...request }) => {
      const text = mutate(new TextDecoder().decode(body ?? new Uint8Array()));
      return { ...request, body: new TextEncoder().encode(text) };
    },
);

const mutateBytes = byteMutation.map(
  (mutate): Mutation =>
    ({ body = new Uint8Array(), ...request }) => ({ ...request, body: mutate(body) }),
);

const mutation = fc.oneof(
  { weight: 6, arbitrary: mutateText },
  { weight: 1, arbitrary: mutateBytes },
  { weight: 4, arbitrary: mutateHeader },
  { weight: 2, arbitrary: mutatePath },
  { weight: 1, arbitrary: mutateCase },
  { weight: 1, arbitrary: mutateQuery },
  { weight: 1, arbitrary: mutateMethod },
);

/** For routes of the administration, which would have nothing to show to others. */
export const FUZZ_ADMIN_TOKEN = "the-token-of-the-fuzz-test";

function plain(route: GuardedRoute, words: string): FuzzRequest {
  const { method, path, access, body } = route;
  const admin = access === "admin" && { Authorization: `Bearer ${FUZZ_ADMIN_TOKEN}` };
  const headers = { ...route.headers, ...admin };
  const sent = body && new TextEncoder().encode(JSON.stringify(body.with(words)));
  const type = sent && { "Content-Type": "application/json" };
  return { method, path, headers: { ...type, ...headers }, ...(sent && { body: sent }), chunked: false };
}

// Few words, so that some requests meet: they join, are replayed, or reuse a key.
const words = fc.constantFrom("one", "two", "three", "four");
// The routes that take a body have the most to go wrong.
const route = fc.constantFrom(...ROUTES, ...ROUTES.filter(({ body }) => body !== undefined));

/** A request of the tables, changed in one to four ways. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .tuple(route, words, fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([chosen, said, mutations, chunked]) =>
    mutations.reduce<FuzzRequest>((request, mutate) => mutate(request), { ...plain(chosen, said), chunked }),
  );
