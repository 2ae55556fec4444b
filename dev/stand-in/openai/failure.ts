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

/** Any bearer will do, but one that says it is invalid. */
export function checkAuthorization(authorization = ""): void {
  const key = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (key !== undefined && !key.includes("invalid")) return;
  throw new ApiFailure(401, "Incorrect API key provided.", { code: "invalid_api_key" });
}
