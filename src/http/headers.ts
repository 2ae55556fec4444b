export const REQUEST_ID = "X-Request-Id";

/** What every response of the Worker carries beside its request's id. */
const COMMON = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };
/** RFC 6797 §7.2: over https alone. */
const COMMON_SECURE = { ...COMMON, "Strict-Transport-Security": "max-age=63072000; includeSubDomains" };

/** `secure`: the request came over https. */
export function commonHeaders(secure: boolean): Readonly<Record<string, string>> {
  return secure ? COMMON_SECURE : COMMON;
}

/** `secure`: the request came over https. */
export function setCommonHeaders(headers: Headers, requestId: string, secure: boolean): void {
  headers.set(REQUEST_ID, requestId);
  for (const [name, value] of Object.entries(commonHeaders(secure))) headers.set(name, value);
}

const VALID = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's own id where it is a valid one, or else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get("X-Request-Id");
  return given !== null && VALID.test(given) ? given : crypto.randomUUID();
}

/** `If-None-Match` (RFC 9110 §13.1.2): a list of tags, compared weakly, or `*`. True: the caller has it. */
export function ifNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((part) => part.trim() === "*" || part.trim().replace(/^W\//, "") === etag);
}

/** What a request's `Cache-Control` asks for (RFC 9111 §5.2.1), as far as it matters here. */
export interface CacheWish {
  /** Make the answer anew. */
  readonly refresh: boolean;
  /** Never start upstream work. */
  readonly onlyIfCached: boolean;
}

function directives(header: string | null): string[] {
  return (header ?? "").split(",").map((part) => (part.split("=", 1)[0] ?? "").trim().toLowerCase());
}

/**
 * Beside `Pragma: no-cache` a `no-cache` is a browser's reload or its developer tools, not a wish, and is
 * ignored.
 */
export function cacheWish(headers: Headers): CacheWish {
  const asked = directives(headers.get("Cache-Control"));
  const reload = directives(headers.get("Pragma")).includes("no-cache");
  return { refresh: asked.includes("no-cache") && !reload, onlyIfCached: asked.includes("only-if-cached") };
}

/** Collects `Server-Timing` (W3C Server Timing §3): names are ours, durations in milliseconds. */
export interface Timing {
  measure<T>(name: string, work: () => Promise<T>): Promise<T>;
  header(): string;
}

export function createTiming(now: () => number): Timing {
  const entries: string[] = [];
  return {
    async measure(name, work) {
      const startedAt = now();
      try {
        return await work();
      } finally {
        entries.push(`${name};dur=${now() - startedAt}`);
      }
    },
    header: () => entries.join(", "),
  };
}
