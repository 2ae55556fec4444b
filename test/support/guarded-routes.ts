import { BODY_LIMIT, CHAT_BODY_LIMIT } from "../../src/http/body.ts";
import { ADMIN_ROUTES } from "./admin-routes.ts";

/** A route as the tables of what must be refused need it. */
export interface GuardedRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** Its path in the OpenAPI document. */
  readonly template: string;
  /** A path of it that is well formed; there need be nothing behind it. */
  readonly path: string;
  readonly access: "user" | "admin" | "anyone";
  /** What a request without fault is answered with. */
  readonly status: number;
  readonly body?: GuardedBody;
  /** Headers that it cannot do without. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It reads an Idempotency-Key. */
  readonly keyed?: true;
  /** It reads Last-Event-ID, or `?after=`. */
  readonly resumes?: true;
}

export interface GuardedBody {
  /** The most bytes it may have. */
  readonly limit: number;
  /** One that validates, with this text where a person's words go. */
  readonly with: (words: string) => Readonly<Record<string, unknown>>;
}

const STREAM = `${"ab".repeat(32)}.${"cd".repeat(16)}`;
const chat: GuardedBody = {
  limit: CHAT_BODY_LIMIT,
  with: (words) => ({ messages: [{ role: "user", content: words }] }),
};
const lead: GuardedBody = {
  limit: BODY_LIMIT,
  with: (words) => ({ leadData: { name: words }, config: { count: 1 }, email: "ann@secret.example" }),
};

const PERSONAS: readonly GuardedRoute[] = [
  {
    method: "POST",
    template: "/api/personas/generate",
    path: "/api/personas/generate",
    access: "user",
    status: 200,
    body: lead,
    keyed: true,
  },
  {
    method: "GET",
    template: "/api/personas/generations/{streamId}",
    resumes: true,
    path: `/api/personas/generations/${STREAM}`,
    access: "user",
    status: 404,
  },
  {
    method: "GET",
    template: "/api/personas/{setId}",
    path: "/api/personas/some-set",
    access: "user",
    status: 404,
  },
  {
    method: "GET",
    template: "/images/{key}",
    path: `/images/${"ef".repeat(32)}`,
    access: "anyone",
    status: 404,
  },
];

const CHAT: readonly GuardedRoute[] = [
  {
    method: "POST",
    template: "/api/chat",
    path: "/api/chat",
    access: "user",
    status: 200,
    body: chat,
    keyed: true,
  },
  {
    method: "POST",
    template: "/api/chat/stream",
    path: "/api/chat/stream",
    access: "user",
    status: 200,
    body: chat,
    keyed: true,
  },
  {
    method: "GET",
    template: "/api/chat/streams/{streamId}",
    path: `/api/chat/streams/${STREAM}`,
    access: "user",
    status: 404,
    resumes: true,
  },
  {
    method: "DELETE",
    template: "/api/chat/streams/{streamId}",
    path: `/api/chat/streams/${STREAM}`,
    access: "user",
    status: 404,
  },
  {
    method: "DELETE",
    template: "/api/chat/streams",
    path: "/api/chat/streams",
    access: "user",
    status: 204,
    headers: { "Idempotency-Key": "a-key-that-nobody-has" },
    keyed: true,
  },
];

const SERVICE: readonly GuardedRoute[] = [
  { method: "GET", template: "/api/health", path: "/api/health", access: "anyone", status: 200 },
  { method: "GET", template: "/api/ready", path: "/api/ready", access: "anyone", status: 200 },
];

/** Every route that is open to callers; the administration's are in admin-routes.ts. */
export const CALLER_ROUTES: readonly GuardedRoute[] = [...PERSONAS, ...CHAT, ...SERVICE];

/** What the tables go through. */
export const ROUTES: readonly GuardedRoute[] = [...CALLER_ROUTES, ...ADMIN_ROUTES];

/** `POST /api/chat`, for a test's title. */
export function nameOf({ method, template }: GuardedRoute): string {
  return `${method} ${template}`;
}
