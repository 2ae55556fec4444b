/** What every response of the Worker carries. `secure`: the request came over https (RFC 6797 §7.2). */
export function setCommonHeaders(headers: Headers, requestId: string, secure: boolean): void {
  headers.set("X-Request-Id", requestId);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  if (secure) headers.set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
}
