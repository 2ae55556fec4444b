import { BODY_LIMIT, PREGENERATE_BODY_LIMIT } from "../../src/http/body.ts";
import type { GuardedRoute } from "./guarded-routes.ts";

/** The routes of the administration, which has a bearer of its own. */
export const ADMIN_ROUTES: readonly GuardedRoute[] = [
  {
    method: "GET",
    template: "/api/admin/stats",
    path: "/api/admin/stats",
    access: "admin",
    status: 200,
  },
  {
    method: "GET",
    template: "/api/admin/audit",
    path: "/api/admin/audit",
    access: "admin",
    status: 200,
  },
  {
    method: "GET",
    template: "/api/admin/metrics",
    path: "/api/admin/metrics",
    access: "admin",
    status: 200,
  },
  {
    method: "POST",
    template: "/api/admin/pregenerate",
    path: "/api/admin/pregenerate",
    access: "admin",
    status: 202,
    body: {
      limit: PREGENERATE_BODY_LIMIT,
      with: (words) => ({ inputs: [{ leadData: { name: words }, config: { count: 1 } }] }),
    },
  },
  {
    method: "GET",
    template: "/api/admin/pregenerate/{jobId}",
    path: "/api/admin/pregenerate/some-job",
    access: "admin",
    status: 404,
  },
  {
    method: "DELETE",
    template: "/api/admin/pregenerate/{jobId}",
    path: "/api/admin/pregenerate/some-job",
    access: "admin",
    status: 404,
  },
  {
    method: "DELETE",
    template: "/api/admin/personas/{setId}",
    path: "/api/admin/personas/some-set",
    access: "admin",
    status: 404,
  },
  {
    method: "POST",
    template: "/api/admin/erase",
    path: "/api/admin/erase",
    access: "admin",
    status: 200,
    body: { limit: BODY_LIMIT, with: (words) => ({ userId: words }) },
  },
];
