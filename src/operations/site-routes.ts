import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";

/**
 * The pages and files. They pass through here so that a wrong method and an unknown address are answered as
 * everywhere else.
 */
const PATHS = ["/", "/docs", "/openapi.json", "/client.js", "/assets/*"];

/** `site` answers with a file of the static assets, its headers with it. */
export function siteRoutes(site: (request: Request) => Promise<Response>): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const path of PATHS)
    app.get(path, async (c) => {
      const response = await site(c.req.raw);
      // The assets' own 404, and their way to another spelling, would be kept for as long as the file.
      if (!response.ok && response.status !== 304) throw new Problem("not_found");
      return new Response(response.body, response); // its headers can be added to
    });
  return app;
}
