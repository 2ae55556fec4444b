/** A refusal in the API's own words. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly body: unknown;

  /** `body`: one in another form than OpenAI's. */
  constructor(
    status: number,
    message: string,
    more: { type?: string; param?: string; code?: string; body?: unknown } = {},
  ) {
    super(message);
    const { type = "invalid_request_error", param = null, code = null } = more;
    this.status = status;
    this.body = more.body ?? { error: { message, type, param, code } };
  }
}

export function badRequest(code: string, param: string, message: string): ApiFailure {
  return new ApiFailure(400, message, { param, code });
}

export function missing(param: string): ApiFailure {
  return badRequest("missing_required_parameter", param, `Missing required parameter: '${param}'.`);
}

export function modelNotFound(model: string): ApiFailure {
  const message = `The model '${model}' does not exist or you do not have access to it.`;
  return new ApiFailure(404, message, { code: "model_not_found" });
}

export function scriptedFailure(status: number): ApiFailure {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return new ApiFailure(status, `A script answers ${status} here.`, { type });
}

/** Any bearer will do, but one that says it is invalid. */
export function checkAuthorization(authorization: string | undefined): void {
  const key = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  if (key !== undefined && !key.includes("invalid")) return;
  const absent = "You didn't provide an API key. Send it in an Authorization header, as 'Bearer YOUR_KEY'.";
  const message = key === undefined ? absent : "Incorrect API key provided.";
  throw new ApiFailure(401, message, { code: "invalid_api_key" });
}
