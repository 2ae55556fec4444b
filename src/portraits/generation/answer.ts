import { asRecord } from "../../as-record.ts";
import { parseStreamError, UpstreamError } from "../../openai/failures.ts";
import { errorIn } from "../../openai/shapes/error-shape.ts";
import { createBase64Decoder } from "./base64.ts";
import { type PortraitFile, toPortraitFile, unusable } from "./portrait-bytes.ts";

/** What stands around the portrait: usage, a revised prompt. Characters. */
const MAX_REST_CHARS = 64 * 1024;

/** The answer broke off: what it would have been is not known. */
function brokenOff(cause?: unknown): UpstreamError {
  return new UpstreamError("upstream_invalid_output", { transient: true, cause });
}

// Inside a JSON string the quotes would be escaped, so this is found nowhere else.
const BEGINNING = /"b64_json"\s*:\s*"|"url"\s*:\s*"(?=data:)/i;

/**
 * Takes an answer of `images/generations` apart while it comes: the first portrait is decoded piece by piece
 * and the rest is kept, so that neither the answer nor its base64 is ever held as a whole.
 */
function createSplitter(hint: number) {
  const decoder = createBase64Decoder(hint);
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
    /** The portrait, if there is one, and the answer without it. */
    end(): { bytes: Uint8Array | undefined; rest: object } {
      if (state === "inside") throw brokenOff();
      return { rest: parseRest(before + after), bytes: state === "after" ? decoder.end() : undefined };
    },
  };
}

function parseRest(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch (error) {
    throw /^\s*(?:[{[]|$)/.test(text) ? brokenOff(error) : unusable(error);
  }
}

export interface TakenApart {
  /** Undefined where there is none that browsers show. */
  readonly portrait: PortraitFile | undefined;
  /** The JSON without it. */
  readonly rest: object;
}

/**
 * Takes JSON with a portrait in it apart while it comes. `hint`: how many bytes the portrait may have. Throws
 * `upstream_invalid_output` where it is no JSON, is cut off, or holds a portrait of more than 12 MiB.
 */
export async function takeApart(body: AsyncIterable<Uint8Array>, hint = 0): Promise<TakenApart> {
  const splitter = createSplitter(hint);
  const latin1 = new TextDecoder("latin1"); // what is wanted of it is ASCII, and a byte is a character
  try {
    for await (const chunk of body) splitter.write(latin1.decode(chunk));
    const { bytes, rest } = splitter.end();
    return { portrait: bytes && toPortraitFile(bytes), rest };
  } catch (error) {
    throw error instanceof SyntaxError ? unusable(error) : error;
  }
}

/** Where the portrait is, if the answer says only that. */
function linkIn(rest: object): string | undefined {
  const { data } = asRecord(rest);
  const { url } = asRecord(Array.isArray(data) ? data[0] : undefined);
  return typeof url === "string" && url !== "" ? url : undefined;
}

export interface ImageAnswer {
  /** Itself, its URL, or the error that stands in its place. */
  readonly portrait: PortraitFile | string | UpstreamError;
  /** As it was sent. */
  readonly usage: unknown;
}

/**
 * The portrait in an answer of `images/generations`, and its usage. Throws `upstream_invalid_output` where there is
 * none, or one of more than 12 MiB; transient where the answer broke off.
 */
export async function readImageAnswer({ body, headers }: Response): Promise<ImageAnswer> {
  if (!body) throw brokenOff();
  // Three bytes for four characters; only a hint, since the answer may have been compressed.
  const hint = (Number(headers.get("Content-Length")) * 3) / 4 || 0;
  const { portrait, rest } = await takeApart(body, hint);
  const error = errorIn(rest);
  const found = portrait ?? linkIn(rest) ?? (error === undefined ? undefined : parseStreamError(error));
  if (!found) throw unusable();
  return { portrait: found, usage: asRecord(rest).usage };
}
