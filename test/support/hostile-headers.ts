/** In every hostile value, so that an echo is seen. */
export const MARK = "hostile-mark-7f3a";

const LONG = `${MARK}${"x".repeat(8_000)}`;

/** Values that no honest caller sends, by header. None of them asks for another answer than is given without. */
export const HOSTILE_HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["X-Request-Id", [`<script>${MARK}</script>`, `${MARK} a`, LONG, "", `${MARK};${MARK}`]],
  ["Accept", [LONG, ";;;,,,", "*/*;q=nan", "text/html;q=1e999", `${MARK}/${MARK}`, ""]],
  ["Accept-Encoding", ["*;q=0", "identity;q=0", MARK]],
  ["Cache-Control", [`max-age=${"9".repeat(400)}`, `${MARK}=";;"`, ",".repeat(8_000), "no-store"]],
  ["Pragma", [MARK, ",".repeat(4_000)]],
  ["CF-Connecting-IP", [MARK, "::::::", "1.2.3.4, 5.6.7.8", `2001:${MARK}::/0`, LONG, "%00", ""]],
  ["X-Forwarded-For", [`${MARK}, 1.1.1.1`, LONG]],
  ["X-Forwarded-Host", [`${MARK}.test`]],
  ["X-Forwarded-Proto", ["javascript"]],
  ["Forwarded", [`for=${MARK};host=${MARK};proto=javascript`]],
  ["X-HTTP-Method-Override", ["DELETE", "TRACE"]],
  ["X-Original-URL", ["/api/admin/stats"]],
  ["Origin", ["null", `javascript:${MARK}`, `https://app.test.${MARK}.test`, "https://app.test\t", LONG]],
  ["Referer", [`https://${MARK}.test/`]],
  ["Cookie", [`session=${MARK}`, "__proto__=1", LONG]],
  [
    "Range",
    ["bytes=0-18446744073709551616", "bytes=-0", "bytes=5-2", `${MARK}=0-1`, `bytes=${"0-1,".repeat(2_000)}`],
  ],
  ["If-None-Match", [`"${MARK}"`, '"', "W/", `${'"a",'.repeat(2_000)}`]],
  ["If-Match", [`"${MARK}"`]],
  ["If-Range", [MARK]],
  ["If-Modified-Since", [MARK]],
  ["Content-Encoding", ["gzip", "br", MARK]],
  ["Transfer-Encoding", ["chunked, chunked", MARK]],
  ["Content-Length", ["-1", "1e3", "NaN", "0x10", MARK]],
  ["Expect", ["100-continue", MARK]],
  ["TE", ["trailers, deflate;q=0.5"]],
  ["Host", [`${MARK}.test`, "[::1", "a b"]],
  ["Last-Event-ID", ["-1", "1.5", "1e3", "0x1", "", " ", "1,2", "9".repeat(16), MARK]],
  ["Idempotency-Key", ["", "a b", '""', '"a b"', "é", "\t", "k".repeat(256), `"${"k".repeat(256)}"`, LONG]],
  ["__proto__", [MARK]],
  ["constructor", [MARK]],
];
