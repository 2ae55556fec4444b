import { createHash } from "node:crypto";
import { STYLE } from "../openapi/style.ts";

/** Portraits may come from another host (PUBLIC_BASE_URL); nothing else may. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: https:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

const policy = (...more: string[]) => `Content-Security-Policy: ${[...POLICY, ...more].join("; ")}`;
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The `_headers` file of Cloudflare's static assets. */
export function siteHeaders(): string {
  const rules: Record<string, string[]> = {
    "/*": [
      "X-Content-Type-Options: nosniff",
      "Referrer-Policy: no-referrer",
      "Cross-Origin-Opener-Policy: same-origin",
      policy(),
    ],
    "/docs": ["! Content-Security-Policy", policy(`style-src ${hashOf(STYLE)}`)],
    // named by their content
    "/assets/*": ["Cache-Control: public, max-age=31536000, immutable"],
    // for pages of any origin
    "/client.js": ["Access-Control-Allow-Origin: *", "Cross-Origin-Resource-Policy: cross-origin"],
    "/openapi.json": ["Access-Control-Allow-Origin: *"],
  };
  return Object.entries(rules)
    .map(([path, lines]) => [path, ...lines.map((line) => `  ${line}`)].join("\n"))
    .join("\n\n");
}
