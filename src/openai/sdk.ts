// A module imported when it is needed keeps everything that it exports. The SDK's own index has helpers for other
// clouds, agents and voices in it; this has the client alone.
import { OpenAI } from "openai/client";
import type { APIError } from "openai/core/error";

/** Its errors have the whole body, JSON or text: compatible servers say what matters beside `error`, too. */
export class Client extends OpenAI {
  protected override makeStatusError(
    status: number,
    body: object | undefined,
    text: string | undefined,
    headers: Headers,
  ): APIError {
    return super.makeStatusError(status, { error: body ?? text }, text, headers);
  }
}
