import { type Context, Hono } from "hono";
import { askAgainIfLost } from "../../http/availability.ts";
import type { AppEnv } from "../../http/env.ts";
import { Problem } from "../../http/errors.ts";
import { describeError, log } from "../../log.ts";
import { UNTIL_LOOKED_AT } from "../jobs/insert.ts";
import type { PortraitJobs, PortraitRow } from "../jobs/store.ts";
import { IMAGE_KEY, parseWidth } from "../key.ts";
import type { PortraitCache } from "./colo-cache.ts";
import { PLACEHOLDER_CSP, type PlaceholderOptions, placeholder } from "./placeholder.ts";
import { ANYWHERE, FOR_EVER, FOR_NOW, portraitResponse } from "./response.ts";

export interface PortraitRoutesDeps {
  readonly store: Pick<PortraitJobs, "find" | "reset">;
  readonly cache: Pick<PortraitCache, "get">;
  /** The sizes that are kept, ascending. Pixels. */
  readonly widths: readonly number[];
  readonly publicBaseUrl: string | undefined;
  /** Wakes a consumer. */
  readonly notify: () => Promise<void>;
  /** The same, for what somebody looked at: however many look, it wakes a consumer now and then. */
  readonly notifyThrottled: () => Promise<void>;
  /** Somebody looks at these. Never rejects. */
  readonly takeUp: (keys: readonly string[]) => Promise<void>;
  /** Somebody was shown this one's original in place of a size. Never rejects. */
  readonly wantSizes: (key: string) => Promise<void>;
  readonly now: () => number;
}

interface Asked {
  readonly key: string;
  /** The kept size that is wide enough; undefined: the original. */
  readonly width: number | undefined;
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

export function portraitRoutes(deps: PortraitRoutesDeps): Hono<AppEnv> {
  const { store, cache, widths, notify, notifyThrottled, takeUp, now } = deps;

  function parse(c: Context<AppEnv>): Asked {
    const key = c.req.param("key") ?? "";
    if (!IMAGE_KEY.test(key)) throw new Problem("not_found");
    const wanted = parseWidth(c.req.queries("width"));
    if (wanted === "invalid")
      throw new Problem("invalid_request", { detail: "`width` must be a whole number from 1 to 4096." });
    return { key, width: wanted && widths.find((width) => width >= wanted) };
  }

  /** The size that was asked for, or the original where there is none. */
  async function ready(c: Context<AppEnv>, { key, width }: Asked): Promise<Response | undefined> {
    const baseUrl = deps.publicBaseUrl ?? new URL(c.req.url).origin;
    const later = c.get("later");
    const size = width && (await cache.get(baseUrl, { key, width }, later));
    if (size) return await portraitResponse(c.req.raw, size, FOR_EVER);
    const original = await cache.get(baseUrl, { key }, later);
    if (!original) return undefined;
    if (width === undefined) return await portraitResponse(c.req.raw, original, FOR_EVER);
    later(deps.wantSizes(key));
    return await portraitResponse(c.req.raw, original, FOR_NOW);
  }

  /** Recorded as ready but not in R2: it has just come, or it is lost and is made again. */
  async function repair(c: Context<AppEnv>, asked: Asked): Promise<Response | undefined> {
    const arrived = await ready(c, asked);
    if (arrived) return arrived;
    log.error("portraits.lost", { image: asked.key.slice(0, 12), count: 1 });
    await store.reset([asked.key]);
    c.get("later")(notify());
    return undefined;
  }

  async function fromLedger(c: Context<AppEnv>, asked: Asked, row: PortraitRow): Promise<Response> {
    const { status, initials, size, dueAt, economy } = row;
    const { key } = asked;
    if (status === "ready") {
      const arrived = await repair(c, asked);
      if (arrived) return arrived;
    }
    if (status === "pending" && dueAt <= now()) c.get("later")(notifyThrottled());
    if (dueAt === UNTIL_LOOKED_AT || (economy && status === "pending")) c.get("later")(takeUp([key]));
    return showPlaceholder({ key, initials, size, state: status === "failed" ? "failed" : "pending" });
  }

  /** Without their table nobody can say which are unknown, and a page that shows a portrait must not break. */
  async function findRow(key: string): Promise<PortraitRow | undefined> {
    try {
      return await askAgainIfLost(() => store.find(key));
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
      return {
        status: "pending",
        initials: "",
        size: "auto",
        dueAt: Number.POSITIVE_INFINITY,
        leaseOwner: null,
        economy: false,
      };
    }
  }

  return new Hono<AppEnv>().get("/images/:key", async (c) => {
    const asked = parse(c);
    const portrait = await ready(c, asked);
    if (portrait) return portrait;
    const row = await findRow(asked.key);
    if (!row) throw new Problem("not_found");
    return await fromLedger(c, asked, row);
  });
}
