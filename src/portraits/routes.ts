import { type Context, Hono } from "hono";
import { askAgainIfLost } from "../http/availability.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { ifNoneMatch } from "../http/etag.ts";
import { describeError, log } from "../log.ts";
import type { PortraitBucket, StoredPortrait } from "./bucket.ts";
import { type PortraitJobs, type PortraitRow, UNTIL_LOOKED_AT } from "./jobs.ts";
import { PLACEHOLDER_CSP, type PlaceholderOptions, placeholder } from "./placeholder.ts";
import { contentRange, parseRange } from "./range.ts";
import { IMAGE_KEY } from "./schema.ts";

export interface PortraitRoutesDeps {
  readonly store: Pick<PortraitJobs, "find" | "reset">;
  readonly bucket: Pick<PortraitBucket, "head" | "get">;
  /** Wakes a consumer. */
  readonly notify: () => Promise<void>;
  /** The same, for what somebody looked at: however many look, it rings now and then. */
  readonly notifyThrottled: () => Promise<void>;
  /** Somebody looks at these. Never rejects. */
  readonly takeUp: (keys: readonly string[]) => Promise<void>;
  readonly now: () => number;
}

/** Any page may show a portrait, wherever it is from. */
const ANYWHERE = { "Cross-Origin-Resource-Policy": "cross-origin" };

// A year: the name is the content's.
const FOR_EVER = "public, max-age=31536000, immutable";

/** What a 304 has, too (RFC 9110 §15.4.5). */
function validators({ etag }: StoredPortrait): Record<string, string> {
  return { ...ANYWHERE, "Cache-Control": FOR_EVER, ETag: etag, "X-Image-Status": "ready" };
}

function toHeaders(portrait: StoredPortrait): Record<string, string> {
  return { ...validators(portrait), "Content-Type": portrait.contentType, "Accept-Ranges": "bytes" };
}

function showPlaceholder(options: PlaceholderOptions): Response {
  const headers = {
    ...ANYWHERE,
    "Content-Type": "image/svg+xml",
    "Cache-Control": "no-store",
    "Content-Security-Policy": PLACEHOLDER_CSP,
    "X-Image-Status": options.state,
  };
  return new Response(placeholder(options), { headers });
}

/** RFC 9110 §13.1.5: the part is wanted only of the same picture. */
function wantedRange(c: Context<AppEnv>, { bytes, etag }: StoredPortrait) {
  const sameWanted = c.req.header("If-Range");
  if (c.req.method === "HEAD" || (sameWanted !== undefined && sameWanted !== etag)) return "whole";
  return parseRange(c.req.header("Range"), bytes);
}

export function portraitRoutes(deps: PortraitRoutesDeps): Hono<AppEnv> {
  const { store, bucket, notify, notifyThrottled, takeUp, now } = deps;

  async function whole(key: string): Promise<Response | undefined> {
    const portrait = await bucket.get(key);
    if (!portrait) return undefined;
    return new Response(portrait.body, {
      headers: { ...toHeaders(portrait), "Content-Length": String(portrait.bytes) },
    });
  }

  /** HEAD, a condition or a range: what is there decides, so it is looked at first. */
  async function part(c: Context<AppEnv>, key: string): Promise<Response | undefined> {
    const found = await bucket.head(key);
    if (!found) return undefined;
    const headers = toHeaders(found);
    if (ifNoneMatch(c.req.header("If-None-Match"), found.etag))
      return new Response(null, { status: 304, headers: validators(found) });
    const length = { "Content-Length": String(found.bytes) };
    if (c.req.method === "HEAD") return new Response(null, { headers: { ...headers, ...length } });
    const range = wantedRange(c, found);
    if (range === "whole") return await whole(key);
    if (range === "unsatisfiable")
      return new Response(null, {
        status: 416,
        headers: { ...ANYWHERE, "Content-Range": `bytes */${found.bytes}` },
      });
    const portrait = await bucket.get(key, range);
    if (!portrait) return undefined;
    const partial = {
      "Content-Range": contentRange(range, found.bytes),
      "Content-Length": String(range.length),
    };
    return new Response(portrait.body, { status: 206, headers: { ...headers, ...partial } });
  }

  function fromR2(c: Context<AppEnv>, key: string): Promise<Response | undefined> {
    const special = ["If-None-Match", "Range"].some((name) => c.req.header(name) !== undefined);
    return special || c.req.method === "HEAD" ? part(c, key) : whole(key);
  }

  /** Recorded as ready but not in R2: it has just come, or it is lost and is made again. */
  async function repair(c: Context<AppEnv>, key: string): Promise<Response | undefined> {
    const arrived = await fromR2(c, key);
    if (arrived) return arrived;
    log.error("portraits.lost", { image: key.slice(0, 12), count: 1 });
    await store.reset([key]);
    c.get("later")(notify());
    return undefined;
  }

  async function fromLedger(c: Context<AppEnv>, key: string, row: PortraitRow): Promise<Response> {
    const { status, initials, size, dueAt } = row;
    if (status === "ready") {
      const arrived = await repair(c, key);
      if (arrived) return arrived;
    }
    if (status === "pending" && dueAt <= now()) c.get("later")(notifyThrottled());
    if (dueAt === UNTIL_LOOKED_AT) c.get("later")(takeUp([key]));
    return showPlaceholder({ key, initials, size, state: status === "failed" ? "failed" : "pending" });
  }

  /** Without the ledger nobody can say which are unknown, and a page that shows a portrait must not break. */
  async function rowOf(key: string): Promise<PortraitRow | undefined> {
    try {
      return await askAgainIfLost(() => store.find(key));
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
      return { status: "pending", initials: "", size: "auto", dueAt: Number.POSITIVE_INFINITY };
    }
  }

  return new Hono<AppEnv>().get("/images/:key", async (c) => {
    const key = c.req.param("key");
    if (!IMAGE_KEY.test(key)) throw new Problem("not_found");
    const portrait = await fromR2(c, key);
    if (portrait) return portrait;
    const row = await rowOf(key);
    if (!row) throw new Problem("not_found");
    return await fromLedger(c, key, row);
  });
}
