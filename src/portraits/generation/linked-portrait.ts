import { createPortraitBuffer, type PortraitFile, toPortraitFile, unusable } from "./portrait-bytes.ts";

/**
 * Names that are never out on the internet (RFC 6761, 6762, 8375, 9476; ICANN's `internal`, and what routers use), and public
 * ones that are known to lead back to an address of one's own.
 */
const LOCAL_NAME =
  /(^|\.)(local|localhost|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|test|example|invalid|onion|alt|nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me)$/;
/** Global unicast is 2000::/3 (RFC 4291 §2.4). */
const GLOBAL_IPV6 = /^[23][0-9a-f]{3}:/;

/**
 * Whether a portrait may be fetched from there: https, at a name or an address of the public internet. The URL
 * standard's parser has made one spelling of all of an address's by now. What a name resolves to is not known here.
 */
export async function isPublicUrl({ protocol, hostname, username, password }: URL): Promise<boolean> {
  if (protocol !== "https:" || username !== "" || password !== "") return false;
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
  const { default: ip } = await import("ipaddr.js"); // hardly ever needed
  if (!ip.isValid(host)) return host.includes(".") && !LOCAL_NAME.test(host);
  return ip.parse(host).range() === "unicast" && (ip.IPv4.isValid(host) || GLOBAL_IPV6.test(host));
}

/** Where the portrait is, from the URL in the answer to its bytes. */
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** It is made already: sending it takes a second. Milliseconds. */
const TIMEOUT_MS = 30_000;

export interface LinkRule {
  /** Origins that need be neither https nor public. */
  readonly origins: readonly string[];
  /** Ends it before its own time-out. */
  readonly signal: AbortSignal;
}

/** Follows redirects by hand, since each place must be one that may be asked. No key goes along. */
async function open(link: string, { origins, signal }: LinkRule): Promise<Response> {
  let url = URL.parse(link);
  for (let redirects = 0; url && redirects <= MAX_REDIRECTS; redirects += 1) {
    if (!origins.includes(url.origin) && !(await isPublicUrl(url))) break;
    const response = await fetch(url, { redirect: "manual", headers: { Accept: "image/*" }, signal });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const location = response.headers.get("Location");
    url = location === null ? null : URL.parse(location, url);
  }
  throw unusable();
}

/** Fetches a portrait that an answer names by its URL. Rejects where it may not, or is no portrait of up to 12 MiB. */
export async function fetchPortrait(link: string, rule: LinkRule): Promise<PortraitFile> {
  const signal = AbortSignal.any([rule.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { ok, body, headers } = await open(link, { origins: rule.origins, signal });
  if (!ok || !body) {
    await body?.cancel();
    throw unusable();
  }
  const buffer = createPortraitBuffer(Number(headers.get("Content-Length")) || 0);
  for await (const chunk of body) {
    buffer.add(chunk.byteLength, (part) => {
      part.set(chunk);
      return chunk.byteLength;
    });
  }
  const portrait = toPortraitFile(buffer.bytes());
  if (!portrait) throw unusable();
  return portrait;
}
