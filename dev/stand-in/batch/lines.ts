import { asRecord, type JsonObject, parseJson } from "../../json.ts";
import { ApiFailure } from "../openai/failure.ts";
import type { Parts } from "../parts.ts";
import { type Step, scriptedAnswer } from "../script.ts";

/** Answers the body of one request as its endpoint would. Throws an `ApiFailure`. */
export type Answerer = (raw: string, step: Step | undefined) => JsonObject | Promise<JsonObject>;

/** By the path of the endpoint, `/v1/chat/completions`. */
export type Answerers = Readonly<Record<string, Answerer>>;

/** Gives one line of a result file; `failed`: it belongs into the file of errors. */
export function createLineAnswerer({ scripts, bill }: Parts, answerers: Answerers) {
  async function answer(raw: string, endpoint: string): Promise<Pick<ApiFailure, "status" | "body">> {
    const step = scripts.take(raw);
    const scripted = scriptedAnswer(step);
    if (scripted) return scripted;
    try {
      const answerer = answerers[endpoint];
      if (!answerer) throw new ApiFailure(400, "The line is for another endpoint.");
      return { status: 200, body: await answerer(raw, step) };
    } catch (failure) {
      if (failure instanceof ApiFailure) return failure;
      throw failure;
    }
  }

  let answered = 0;
  return async (line: string, endpoint: string) => {
    answered += 1;
    const { custom_id = null, url, body: request } = asRecord(parseJson(line)) ?? {};
    const { status, body } = await answer(JSON.stringify(request ?? {}), url === endpoint ? endpoint : "");
    // A script's text is a line as it stands: one that is malformed.
    if (typeof body === "string") return { failed: status !== 200, text: body === "" ? "" : `${body}\n` };
    if (status === 200) bill.add({ endpoint, model: asRecord(request)?.model, usage: asRecord(body)?.usage });
    const response = { status_code: status, request_id: `req_${answered}`, body };
    const result = { id: `batch_req_${answered}`, custom_id, response, error: null };
    return { failed: status !== 200, text: `${JSON.stringify(result)}\n` };
  };
}
