import { UpstreamError } from "../../openai/failures.ts";

/** A portrait is not larger, in any format and at any size that the models make. Bytes. */
const MAX_PORTRAIT_BYTES = 12 * 1024 * 1024;
/** Grown when it does not suffice and the portrait's size is not known. Bytes. */
const FIRST_BUFFER_BYTES = 1024 * 1024;

export interface PortraitFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** The answer came, and there is no portrait in it that we could show. */
export function unusable(cause?: unknown): UpstreamError {
  return new UpstreamError("upstream_invalid_output", { cause });
}

/** Each kind by the bytes that it begins with (WHATWG MIME Sniffing §6.1); a dot is any byte. */
const SIGNATURES: readonly (readonly [type: string, start: RegExp])[] = [
  ["image/png", /^\x89PNG\r\n.\n/s],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/webp", /^RIFF.{4}WEBP/s],
];

/** Whatever the server calls it; undefined where it is no portrait that browsers show. */
function portraitType(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return SIGNATURES.find(([, signature]) => signature.test(start))?.[0];
}

/** Undefined where it is no portrait that browsers show. */
export function toPortraitFile(bytes: Uint8Array): PortraitFile | undefined {
  const contentType = portraitType(bytes);
  return contentType === undefined ? undefined : { bytes, contentType };
}

/** Takes a portrait that comes in pieces, 12 MiB at most: more throws. `hint`: how many bytes it may have. */
export function createPortraitBuffer(hint: number) {
  let buffer = new Uint8Array(Math.min(Math.max(hint, FIRST_BUFFER_BYTES), MAX_PORTRAIT_BYTES));
  let length = 0;
  return {
    /** `write` puts up to `bytes` into the part that it is given, and says how many. */
    add(bytes: number, write: (part: Uint8Array) => number): void {
      const wanted = length + bytes;
      if (wanted > MAX_PORTRAIT_BYTES) throw unusable();
      if (wanted > buffer.byteLength) {
        const larger = new Uint8Array(Math.min(Math.max(wanted, buffer.byteLength * 2), MAX_PORTRAIT_BYTES));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      length += write(buffer.subarray(length));
    },
    bytes: () => buffer.subarray(0, length),
  };
}
