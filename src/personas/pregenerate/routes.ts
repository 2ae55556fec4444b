import { Hono } from "hono";
import type { Hasher } from "../../hash.ts";
import { BODY_LIMIT, PREGENERATE_BODY_LIMIT, parseJson, readBody } from "../../http/body.ts";
import type { AppEnv } from "../../http/env.ts";
import { Problem } from "../../http/errors.ts";
import { validate } from "../../http/validate.ts";
import { mapMembers } from "../../redact.ts";
import type { RunInput } from "../generation/task.ts";
import { type KeyOptions, personaInput, toSubject } from "../key.ts";
import { type PregenerateInput, pregenerateRequest } from "../schema.ts";
import type { JobStore } from "./job-store.ts";
import { jsonBytes, MAX_INPUT_BYTES, type Pregenerate } from "./pregenerate.ts";

export interface PregenerateRoutesDeps {
  readonly keyOptions: KeyOptions;
  readonly hash: Hasher;
  /** Takes out of a text what is not to be kept or sent. */
  readonly redact: (text: string) => string;
  readonly upstreamConfigured: boolean;
  readonly pregenerate: Pick<Pregenerate, "accept">;
  readonly jobs: Pick<JobStore, "find" | "cancel">;
  /** What nobody wants any more is not asked of the upstream; batches of such things alone are cancelled. */
  readonly cancelEconomy: () => Promise<void>;
}

/** Throws `invalid_request` where some have more bytes than `most`. */
function requireSmall(inputs: readonly (PregenerateInput | RunInput)[], most: number): void {
  const message = `must have at most ${most} bytes`;
  const errors = inputs.flatMap((input, index) =>
    jsonBytes(input) > most ? [{ path: `/inputs/${index}`, message }] : [],
  );
  if (errors.length > 0) throw new Problem("invalid_request", { errors });
}

export function pregenerateRoutes(deps: PregenerateRoutesDeps): Hono<AppEnv> {
  const { keyOptions, hash, jobs } = deps;

  return new Hono<AppEnv>()
    .post("/api/admin/pregenerate", async (c) => {
      const body = parseJson(await readBody(c.req.raw, PREGENERATE_BODY_LIMIT));
      const { inputs, mode = "now" } = validate(pregenerateRequest, body);
      requireSmall(inputs, BODY_LIMIT); // what a visitor could ask
      if (!deps.upstreamConfigured) throw new Problem("upstream_not_configured");
      const caller = { callerUserHash: null, callerAddressHash: hash(c.get("caller").address) };
      const asked = inputs.map((given): RunInput => {
        const input = { ...given, leadData: mapMembers(given.leadData, deps.redact) };
        return { ...personaInput(input, toSubject(input.email, undefined), keyOptions), ...caller };
      });
      requireSmall(asked, MAX_INPUT_BYTES); // with its quotation marks escaped
      return c.json(await deps.pregenerate.accept(asked, mode), 202);
    })
    .get("/api/admin/pregenerate/:jobId", async (c) => {
      const job = await jobs.find(c.req.param("jobId"));
      if (!job) throw new Problem("not_found");
      return c.json(job);
    })
    .delete("/api/admin/pregenerate/:jobId", async (c) => {
      if (!(await jobs.cancel(c.req.param("jobId")))) throw new Problem("not_found");
      await deps.cancelEconomy();
      return c.body(null, 204);
    });
}
