import * as z from "zod/mini";
import type { Call, Outcome } from "../journal.ts";
import { matchesCall, shownCall } from "../journal.ts";
import type { Route } from "./route.ts";
import { checked, send } from "./route.ts";

const waitQuery = z.object({
  match: z._default(z.string(), ""),
  count: z._default(z.coerce.number().check(z.gte(0)), 1),
  outcome: z.optional(z.enum(["open", "finished", "aborted"])),
  timeoutMs: z._default(z.coerce.number().check(z.gte(0)), 10_000),
});

export const calls: Route = ({ res, query }, { journal }) => {
  send(res, 200, { calls: journal.find(query.get("match") ?? "").map(shownCall) });
};

function inOutcome(found: Iterable<Call>, outcome: Outcome | undefined): Call[] {
  return [...found].filter((call) => outcome === undefined || call.outcome === outcome);
}

/** Looks only at calls that change while it waits, so that a bench is not slowed by a long journal. */
export const waitForCalls: Route = ({ res, query }, { journal }) => {
  const asked = checked(res, waitQuery, Object.fromEntries(query));
  if (!asked) return;
  const found = new Set(journal.find(asked.match));
  const answer = (status: number) => {
    stop();
    clearTimeout(timer);
    send(res, status, { calls: inOutcome(found, asked.outcome).map(shownCall) });
  };
  const look = () => inOutcome(found, asked.outcome).length >= asked.count && answer(200);
  const stop = journal.watch((call) => {
    if (matchesCall(call, asked.match)) found.add(call);
    look();
  });
  const timer = setTimeout(() => answer(408), asked.timeoutMs);
  res.on("close", () => {
    stop();
    clearTimeout(timer);
  });
  look();
};
