import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

const ASCII = new TextEncoder();

function box(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(ASCII.encode(name), 4);
  bytes.set(content, 8);
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A manifest store as far as its boxes go (C2PA 2.1 §11.1): a superbox, described, with bytes of every value. */
const every = Uint8Array.from({ length: 4_001 }, (_, index) => index % 256);
const C2PA_UUID = Buffer.from("6332706100110010800000aa00389b71", "hex");
const described = join(C2PA_UUID, Uint8Array.of(3), ASCII.encode("c2pa\0"));
const MANIFEST = box("jumb", join(box("jumd", described), box("cbor", every)));

/** One pixel in each format. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNYtfsMAAREAjKQDfTvAAAAAElFTkSuQmCC",
  "base64",
);
export const PIXEL = Buffer.from("UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ3aqWuf+BiOh/AAA=", "base64");

/** C2PA 2.1 §A.3.4: a `caBX` chunk before the portrait's data. */
export function pngWithManifest(): Uint8Array {
  const named = join(ASCII.encode("caBX"), MANIFEST);
  const [length, sum] = [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(4))];
  length.setUint32(0, MANIFEST.length);
  sum.setUint32(0, crc32(named));
  const chunk = join(new Uint8Array(length.buffer), named, new Uint8Array(sum.buffer));
  const afterHeader = 8 + 25;
  return join(PNG.subarray(0, afterHeader), chunk, PNG.subarray(afterHeader));
}

/** A RIFF chunk `C2PA` at the end. */
export function webpWithManifest(webp: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, MANIFEST.length, true);
  const padding = new Uint8Array(MANIFEST.length % 2);
  const whole = join(webp, ASCII.encode("C2PA"), new Uint8Array(length.buffer), MANIFEST, padding);
  new DataView(whole.buffer).setUint32(4, whole.length - 8, true);
  return whole;
}
