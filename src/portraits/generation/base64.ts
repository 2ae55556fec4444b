import { createPortraitBuffer } from "./portrait-bytes.ts";

/** What is no base64 by itself: escapes of JSON, white space, and the two characters of base64url (RFC 4648 §5). */
const UNUSUAL = /[\\\s\-_]/;
/** RFC 8259 §7; those for white space, and a slash. */
const ESCAPE = /\\(?:u([0-9a-f]{4})|([bfnrt])|(.))/gi;
const HALF_ESCAPE = /\\(?:u[0-9a-f]{0,3})?$/i;
/** RFC 2397, as long as one may be in front of a portrait. */
const DATA_URL = /^data:[^,]{0,200},/i;
/** Enough to see whether there is one. */
const START_CHARS = 256;

function plain(text: string): string {
  if (!UNUSUAL.test(text)) return text;
  const unescaped = text.replace(ESCAPE, (_, code, space, sign) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : space ? "" : sign,
  );
  return unescaped.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
}

/**
 * Decodes the inside of a JSON string that comes in pieces: base64, also with line breaks, without its padding, in
 * the alphabet for URLs, or as a `data:` URL. Throws a `SyntaxError` at anything else.
 */
export function createBase64Decoder(hint: number) {
  const buffer = createPortraitBuffer(hint);
  let unended = ""; // an escape at the end of the last piece
  let held = ""; // at first what may be a data URL's head; then three characters at most, since four make bytes
  let begun = false;

  function decode(text: string): void {
    buffer.add(Math.ceil((text.length * 3) / 4), (part) => part.setFromBase64(text).written);
  }
  function take(text: string): void {
    held += text;
    if (!begun && held.length < START_CHARS) return;
    if (!begun) held = held.replace(DATA_URL, "");
    begun = true;
    const whole = held.length - (held.length % 4);
    decode(held.slice(0, whole));
    held = held.slice(whole);
  }

  return {
    write(piece: string): void {
      const text = unended + piece;
      unended = HALF_ESCAPE.exec(text.slice(-6))?.[0] ?? "";
      take(plain(text.slice(0, text.length - unended.length)));
    },
    end(): Uint8Array {
      decode(begun ? held : held.replace(DATA_URL, ""));
      return buffer.bytes();
    },
  };
}
