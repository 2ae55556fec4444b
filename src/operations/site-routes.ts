import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";

/**
 * The pages and files at addresses of their own. They pass through here so that a wrong method and an unknown
 * address are answered as everywhere else; what they need beside (`/assets/`) the platform serves by itself.
 */
const PATHS = ["/", "/docs", "/openapi.json", "/client.js"];

/** `site` answers with a file of the static assets, its headers with it. */
export function siteRoutes(site: (request: Request) => Promise<Response>): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const path of PATHS)
    app.get(path, async (c) => {
      const response = await site(c.req.raw);
      return new Response(response.body, response); // its headers can be added to
    });
  return app;
}
