import { routesOf } from "../route.ts";

export const SERVICE_ROUTES = routesOf("service", "anyone", {
  "GET /api/health": {
    operationId: "getHealth",
    summary: "Whether it lives",
    description: "Touches nothing. `label` is there where `DEPLOYMENT_LABEL` is set.",
    answers: { 200: [{ description: "It does", schema: "Health" }] },
    problems: ["invalid_configuration"],
  },
  "GET /api/ready": {
    operationId: "getReadiness",
    summary: "Whether it can work",
    description:
      "Asks the database and the bucket. `warnings` tells of what will be a trouble: a model that is shut down soon, a " +
      "database that fills.",
    answers: {
      200: [{ description: "It can", schema: "Readiness" }],
      503: [{ description: "It cannot", schema: "Readiness" }],
    },
  },
});
