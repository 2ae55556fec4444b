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
