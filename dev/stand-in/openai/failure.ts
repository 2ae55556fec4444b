/** A refusal in the API's own words. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly body: { readonly error: ApiError };

  constructor(status: number, error: ApiError) {
    super(error.message);
    this.status = status;
    this.body = { error };
  }
}

interface ApiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

export function badRequest(code: string | null, param: string | null, message: string): ApiFailure {
  return new ApiFailure(400, { message, type: "invalid_request_error", param, code });
}

export function modelNotFound(model: string): ApiFailure {
  return new ApiFailure(404, {
    message: `The model '${model}' does not exist or you do not have access to it.`,
    type: "invalid_request_error",
    param: null,
    code: "model_not_found",
  });
}

/** Any bearer will do, but one that says it is invalid. */
export function checkAuthorization(authorization: string | undefined): void {
  const key = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  if (key !== undefined && !key.includes("invalid")) return;
  throw new ApiFailure(401, {
    message:
      key === undefined
        ? "You didn't provide an API key. Send it in an Authorization header, as 'Bearer YOUR_KEY'."
        : "Incorrect API key provided.",
    type: "invalid_request_error",
    param: null,
    code: "invalid_api_key",
  });
}
