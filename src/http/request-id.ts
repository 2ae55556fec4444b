const VALID = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's own id where it is a valid one, or else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get("X-Request-Id");
  return given !== null && VALID.test(given) ? given : crypto.randomUUID();
}
