export const REQUEST_ID = "X-Request-Id";

/** What every response of the Worker carries beside its request's id. */
const COMMON = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };
/** RFC 6797 §7.2: over https alone. */
const COMMON_SECURE = { ...COMMON, "Strict-Transport-Security": "max-age=63072000; includeSubDomains" };

export function commonHeaders(secure: boolean): Readonly<Record<string, string>> {
  return secure ? COMMON_SECURE : COMMON;
}

/** `secure`: the request came over https. */
export function setCommonHeaders(headers: Headers, requestId: string, secure: boolean): void {
  headers.set(REQUEST_ID, requestId);
  for (const [name, value] of Object.entries(commonHeaders(secure))) headers.set(name, value);
}
