import type { ServerResponse } from "node:http";
import * as z from "zod/mini";
import type { Bill } from "../batch/bill.ts";
import type { Journal } from "../journal.ts";
import type { PaceBook } from "../pace.ts";
import type { ScriptBook } from "../script.ts";

export interface ControlParts {
  readonly journal: Journal;
  readonly scripts: ScriptBook;
  readonly paces: PaceBook;
  readonly bill: Bill;
}

export interface RoutedRequest {
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  /** Undefined where it is no JSON, which no schema takes. */
  readonly body: unknown;
}

export type Route = (request: RoutedRequest, parts: ControlParts) => void;

export function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.destroyed) return;
  res.writeHead(status, { "content-type": "application/json" });
  res.end(JSON.stringify(body));
}

/** What is wrong, in words that name the member. */
function inWords(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".") || "body";
  if (issue.code === "unrecognized_keys") return `${path}: does not know ${issue.keys.join(", ")}`;
  return `${path}: ${issue.message}`;
}

/** Answers 400 itself, and gives undefined, where the value is not as it should be. */
export function checked<T extends z.core.$ZodType>(res: ServerResponse, schema: T, value: unknown) {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  send(res, 400, { error: result.error.issues.map(inWords).join("; ") });
  return undefined;
}
