import { ANY, type Route } from "../route.ts";

export const SERVICE_ROUTES: readonly Route[] = [
  {
    operationId: "getHealth",
    method: "get",
    path: "/api/health",
    tag: "service",
    access: "anyone",
    summary: "Whether it lives",
    description: "Touches nothing. `label` is there where `DEPLOYMENT_LABEL` is set.",
    answers: { 200: [{ description: "It does", schema: "Health" }] },
    problems: ANY,
  },
  {
    operationId: "getReadiness",
    method: "get",
    path: "/api/ready",
    tag: "service",
    access: "anyone",
    summary: "Whether it can work",
    description:
      "Asks the database and the bucket. `warnings` tells of what will be a trouble: a model that is shut down soon, a " +
      "database that fills.",
    answers: {
      200: [{ description: "It can", schema: "Readiness" }],
      503: [{ description: "It cannot", schema: "Readiness" }],
    },
    problems: ["internal", "overloaded"],
  },
];
