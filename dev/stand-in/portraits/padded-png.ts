import { crc32 } from "node:zlib";

/** One soft grey-green pixel, which viewers show at any size. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mN4+ur5fwAJJAPdZT1pFAAAAABJRU5ErkJggg==",
  "base64",
);
/** IEND with its length and checksum. */
const END_BYTES = 12;
/** A private chunk that may be skipped, by the case of its letters (PNG 3rd edition, 5.4). */
const PADDING_TYPE = "stNd";

/** A valid PNG of `bytes` bytes, or of the smallest size there is, in base64. */
export function paddedPng(bytes: number): string {
  const paddingBytes = bytes - PIXEL.length - END_BYTES;
  if (paddingBytes < 0) return PIXEL.toString("base64");
  const chunk = Buffer.alloc(paddingBytes + END_BYTES);
  chunk.writeUInt32BE(paddingBytes, 0);
  chunk.write(PADDING_TYPE, 4, "latin1");
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + paddingBytes)), 8 + paddingBytes);
  const end = PIXEL.length - END_BYTES;
  return Buffer.concat([PIXEL.subarray(0, end), chunk, PIXEL.subarray(end)]).toString("base64");
}
