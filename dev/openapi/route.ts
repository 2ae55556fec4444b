import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";
import type { HeaderName } from "./headers.ts";
import type { Parameter } from "./parameters.ts";
import type { SchemaName } from "./schemas.ts";

/** In the order of the page, with what the document says of each. */
export const TAGS = {
  personas: { title: "Personas", description: "Made-up people like a lead, each with a portrait." },
  chat: { title: "Chat", description: "Newton answers, whole or word by word." },
  images: { title: "Portraits", description: "Portraits of personas, made by a model." },
  service: { title: "Service", description: "Whether it lives, and whether it can work." },
  administration: { title: "Administration", description: "For whoever runs the service." },
} as const;

export interface Answer {
  readonly description: string;
  /** JSON of this schema, or another media type, or no body. */
  readonly schema?: SchemaName;
  readonly mediaType?: string;
  /** Beside those that every answer has. */
  readonly headers?: readonly HeaderName[];
}

/** What a route says of itself; the rest follows from its group. */
export interface Described {
  /** What a generated client calls it. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly body?: SchemaName;
  readonly parameters?: readonly Parameter[];
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
  /** Beside those of every body, and of everybody who may call. */
  readonly problems?: readonly ProblemCode[];
}

export interface Route extends Described {
  readonly tag: keyof typeof TAGS;
  /** Who may call. */
  readonly access: "user" | "admin" | "anyone";
  readonly method: string;
  readonly path: string;
  /** All of them. */
  readonly problems: readonly ProblemCode[];
}

const BODY: ProblemCode[] = [
  "invalid_json",
  "invalid_request",
  "unsupported_media_type",
  "payload_too_large",
];
const ANYONE: ProblemCode[] = ["internal", "overloaded"];
const USER: ProblemCode[] = ["unauthorized", "invalid_configuration", ...ANYONE];
/** Every route of the administration is 404 where there is no `ADMIN_TOKEN`. */
const OF_ACCESS = { anyone: ANYONE, user: USER, admin: ["not_found" as const, ...USER] };

/** What may go wrong where a model is asked, and where a key names the request. */
export const RUN: readonly ProblemCode[] = [
  "invalid_idempotency_key",
  "idempotency_key_reused",
  ...(Object.keys(PROBLEMS) as ProblemCode[]).filter(
    (code) =>
      code.startsWith("upstream_") ||
      code.endsWith("budget_exhausted") ||
      ["rate_limited", "interrupted", "still_running", "model_refusal"].includes(code),
  ),
];
export const RUN_HEADERS: readonly HeaderName[] = ["Server-Timing", "Idempotency-Replayed"];

type Place = `${"GET" | "HEAD" | "POST" | "DELETE"} /${string}`;

/** The routes of one group, by method and path. */
export function routesOf(
  tag: Route["tag"],
  access: Route["access"],
  described: Readonly<Record<Place, Described>>,
): readonly Route[] {
  return Object.entries(described).map(([place, route]) => {
    const [method = "", path = ""] = place.split(" ");
    const problems = [...(route.body ? BODY : []), ...(route.problems ?? []), ...OF_ACCESS[access]];
    return { ...route, tag, access, method: method.toLowerCase(), path, problems };
  });
}
