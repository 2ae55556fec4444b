import { Hono } from "hono";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { type PregenerateRoutesDeps, pregenerateRoutes } from "./pregenerate/routes.ts";
import type { PersonaStore } from "./store.ts";

export interface PersonaAdminDeps extends PregenerateRoutesDeps {
  readonly store: Pick<PersonaStore, "findById" | "remove">;
  /** Ends and forgets what a persona key's object has, and what this isolate and this colo hold. */
  readonly forget: (key: string, baseUrl: string) => Promise<boolean>;
  readonly publicBaseUrl: string | undefined;
}

export function personaAdminRoutes(deps: PersonaAdminDeps): Hono<AppEnv> {
  const { store } = deps;

  return new Hono<AppEnv>()
    .route("/", pregenerateRoutes(deps))
    .delete("/api/admin/personas/:setId", async (c) => {
      const set = await store.findById(c.req.param("setId"));
      if (!set) throw new Problem("not_found");
      await deps.forget(set.key, deps.publicBaseUrl ?? new URL(c.req.url).origin);
      await store.remove(set.key);
      return c.body(null, 204);
    });
}
