import type { JsonObject } from "../as-record.ts";
import { asRecord } from "../as-record.ts";
import { ApiFailure, scriptedFailure } from "../openai/failure.ts";
import type { ScriptBook, Step } from "../script.ts";
import type { Bill } from "./bill.ts";

/** Answers the body of one request as its endpoint would. Throws an `ApiFailure`. */
export type Answerer = (raw: string, step: Step | undefined) => JsonObject | Promise<JsonObject>;

/** One line of a result file; `failed`: it belongs into the file of errors. */
export type LineAnswerer = (
  line: JsonObject,
  endpoint: string,
) => Promise<{ readonly failed: boolean; readonly text: string }>;

export function createLineAnswerer(
  scripts: ScriptBook,
  answerers: Readonly<Record<string, Answerer>>,
  bill: Bill,
): LineAnswerer {
  function answerScripted({ status = 200, body }: Step): { status: number; body: unknown } | undefined {
    if (body !== undefined) return { status, body };
    return status >= 300 ? { status, body: scriptedFailure(status).body } : undefined;
  }

  async function answer(raw: string, endpoint: string): Promise<{ status: number; body: unknown }> {
    const step = scripts.take(raw);
    const scripted = step && answerScripted(step);
    if (scripted) return scripted;
    try {
      const answerer = answerers[endpoint];
      if (!answerer) throw new ApiFailure(400, "The line is for another endpoint.");
      return { status: 200, body: await answerer(raw, step) };
    } catch (failure) {
      if (failure instanceof ApiFailure) return { status: failure.status, body: failure.body };
      throw failure;
    }
  }

  let answered = 0;
  return async ({ custom_id: id, url, body }, endpoint) => {
    answered += 1;
    const { status, body: said } = await answer(JSON.stringify(body ?? {}), url === endpoint ? endpoint : "");
    if (status === 200 && typeof said !== "string")
      bill.add({ endpoint, model: asRecord(body)?.model, usage: asRecord(said)?.usage });
    const response = { status_code: status, request_id: `req_${answered}`, body: said };
    const line = { id: `batch_req_${answered}`, custom_id: id ?? null, response, error: null };
    // A script's text is a line as it stands: one that is malformed.
    const text = typeof said === "string" ? said : JSON.stringify(line);
    return { failed: status !== 200, text: text === "" ? "" : `${text}\n` };
  };
}
