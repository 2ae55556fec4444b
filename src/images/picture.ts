import { UpstreamFault } from "../openai/failures.ts";

/** An answer that is longer holds no portrait: this is a picture of 15 MB in base64. Bytes. */
const MAX_ANSWER_BYTES = 20 * 1024 * 1024;

export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

interface Answer {
  readonly data?: readonly { readonly b64_json?: unknown }[];
  readonly usage?: unknown;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50]; // after RIFF and the length

function has(bytes: Uint8Array, at: number, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[at + index] === byte);
}

/** What the first bytes say (WHATWG MIME Sniffing §6.1); undefined where it is no picture that browsers show. */
export function pictureType(bytes: Uint8Array): string | undefined {
  if (has(bytes, 0, PNG)) return "image/png";
  if (has(bytes, 0, JPEG)) return "image/jpeg";
  if (has(bytes, 0, RIFF) && has(bytes, 8, WEBP)) return "image/webp";
  return undefined;
}

async function readWhole(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new UpstreamFault("upstream_invalid_output");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The picture in an answer of `images/generations`, and its usage as it was sent. Throws
 * `upstream_invalid_output` where there is none, or where the answer is over 20 MiB.
 */
export async function readPicture(
  body: ReadableStream<Uint8Array>,
): Promise<{ picture: Picture; usage: unknown }> {
  const whole = await readWhole(body);
  try {
    // As Latin-1 each byte takes one, and what is wanted of the answer is ASCII.
    const { data, usage } = JSON.parse(whole.toString("latin1")) as Answer;
    const bytes = Uint8Array.fromBase64(String(data?.[0]?.b64_json));
    const contentType = pictureType(bytes);
    if (contentType) return { picture: { bytes, contentType }, usage };
  } catch (cause) {
    throw new UpstreamFault("upstream_invalid_output", { cause });
  }
  throw new UpstreamFault("upstream_invalid_output");
}
