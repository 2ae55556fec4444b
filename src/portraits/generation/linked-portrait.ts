import { createPortraitBuffer, type PortraitFile, toPortraitFile, unusable } from "./portrait-bytes.ts";
import { isPublicUrl } from "./public-url.ts";

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
