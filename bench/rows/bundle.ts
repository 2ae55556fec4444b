import { gzipSync } from "node:zlib";
import type { Figure } from "../figure.ts";
import { serviceCode } from "../runtime/bundle.ts";

/** What a deployment uploads, minified and compressed. KB are 1,000 bytes. */
export async function bundle(): Promise<Figure[]> {
  const code = Buffer.from(await serviceCode());
  const kilobytes = gzipSync(code).byteLength / 1_000;
  const ours = `${kilobytes.toFixed(0)} KB of ${(code.byteLength / 1_000).toFixed(0)}`;
  const what = "worker bundle, minified and compressed";
  return [{ what, ours, bare: "", number: kilobytes, hold: { atMost: 180 } }];
}
