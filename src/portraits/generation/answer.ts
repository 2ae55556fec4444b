import { UpstreamError } from "../../openai/failures.ts";

/** A portrait is not larger, in any format and at any size that the models make. Bytes. */
const MAX_PICTURE_BYTES = 12 * 1024 * 1024;
/** What stands around the picture: usage, a revised prompt. Characters. */
const MAX_REST_CHARS = 64 * 1024;
/** Grown when it does not suffice and the answer's length is not known. Bytes. */
const FIRST_BUFFER_BYTES = 1024 * 1024;

export interface PortraitFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50]; // after RIFF and the length

function has(bytes: Uint8Array, at: number, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[at + index] === byte);
}

/** What the first bytes say (WHATWG MIME Sniffing §6.1); undefined where it is no picture that browsers show. */
export function portraitType(bytes: Uint8Array): string | undefined {
  if (has(bytes, 0, PNG)) return "image/png";
  if (has(bytes, 0, JPEG)) return "image/jpeg";
  if (has(bytes, 0, RIFF) && has(bytes, 8, WEBP)) return "image/webp";
  return undefined;
}

function unusable(cause?: unknown): UpstreamError {
  return new UpstreamError("upstream_invalid_output", { cause });
}

/** Decodes base64 that comes in pieces. `hint`: how many bytes it may become. Throws what is unusable. */
function createDecoder(hint: number) {
  let buffer = new Uint8Array(Math.min(Math.max(hint, FIRST_BUFFER_BYTES), MAX_PICTURE_BYTES));
  let length = 0;
  let carried = ""; // four characters at most: bytes come out of groups of four

  function room(bytes: number): void {
    const wanted = length + bytes;
    if (wanted <= buffer.byteLength) return;
    if (wanted > MAX_PICTURE_BYTES) throw unusable();
    const larger = new Uint8Array(Math.min(Math.max(wanted, buffer.byteLength * 2), MAX_PICTURE_BYTES));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  function decode(text: string): void {
    room(Math.ceil((text.length * 3) / 4));
    length += buffer.subarray(length).setFromBase64(text).written;
  }

  return {
    write(piece: string): void {
      const text = (carried + piece).replaceAll("\\/", "/"); // the one escape that some writers of JSON use here
      const halfEscape = text.endsWith("\\") ? 1 : 0;
      const whole = text.length - halfEscape;
      carried = text.slice(whole - (whole % 4));
      decode(text.slice(0, whole - (whole % 4)));
    },
    end(): Uint8Array {
      decode(carried);
      return buffer.subarray(0, length);
    },
  };
}

// Inside a JSON string the quotes would be escaped, so this is found nowhere else.
const BEGINNING = /"b64_json"\s*:\s*"/;

/**
 * Takes an answer of `images/generations` apart while it comes: the first picture is decoded piece by piece
 * and the rest is kept, so that neither the answer nor its base64 is ever held as a whole.
 */
function createSplitter(hint: number) {
  const decoder = createDecoder(hint);
  let before = "";
  let after = "";
  let state: "before" | "inside" | "after" = "before";

  function keep(text: string, piece: string): string {
    if (text.length + piece.length > MAX_REST_CHARS) throw unusable();
    return text + piece;
  }
  function inside(piece: string): void {
    const end = piece.indexOf('"');
    decoder.write(end < 0 ? piece : piece.slice(0, end));
    if (end < 0) return;
    state = "after";
    after = keep(after, piece.slice(end));
  }

  function outside(piece: string): void {
    const text = before + piece;
    const found = BEGINNING.exec(text);
    const start = found ? found.index + found[0].length : text.length;
    before = keep("", text.slice(0, start));
    if (!found) return;
    state = "inside";
    inside(text.slice(start));
  }

  return {
    write(piece: string): void {
      if (state === "inside") inside(piece);
      else if (state === "before") outside(piece);
      else after = keep(after, piece);
    },
    /** The picture, if there is one, and the answer without it. */
    end(): { bytes: Uint8Array | undefined; rest: object } {
      if (state === "inside") throw unusable();
      const bytes = state === "after" ? decoder.end() : undefined;
      return { bytes, rest: Object(JSON.parse(before + after)) };
    },
  };
}

export interface TakenApart {
  /** Undefined where there is none that browsers show. */
  readonly picture: PortraitFile | undefined;
  /** The JSON without it. */
  readonly rest: object;
}

/**
 * Takes JSON with a picture in it apart while it comes. `hint`: how many bytes the picture may have. Throws
 * `upstream_invalid_output` where it is no JSON, is cut off, or holds a picture of more than 12 MiB.
 */
export async function takeApart(body: AsyncIterable<Uint8Array>, hint = 0): Promise<TakenApart> {
  const splitter = createSplitter(hint);
  const latin1 = new TextDecoder("latin1"); // what is wanted of it is ASCII, and a byte is a character
  try {
    for await (const chunk of body) splitter.write(latin1.decode(chunk));
    const { bytes, rest } = splitter.end();
    const contentType = bytes && portraitType(bytes);
    return { picture: bytes && contentType ? { bytes, contentType } : undefined, rest };
  } catch (error) {
    throw error instanceof SyntaxError ? unusable(error) : error;
  }
}

/**
 * The picture in an answer of `images/generations`, and its usage as it was sent. Throws
 * `upstream_invalid_output` where there is none, or one of more than 12 MiB.
 */
export async function readImageAnswer(
  response: Response,
): Promise<{ picture: PortraitFile; usage: unknown }> {
  const { body, headers } = response;
  if (!body) throw unusable();
  // Three bytes for four characters; only a hint, since the answer may have been compressed.
  const hint = (Number(headers.get("Content-Length")) * 3) / 4 || 0;
  const { picture, rest } = await takeApart(body, hint);
  if (!picture) throw unusable();
  return { picture, usage: (rest as { usage?: unknown }).usage };
}
