/** What a portrait's XMP says: a model made it. IPTC Photo Metadata Standard, Digital Source Type. */
export const DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"' +
  ` Iptc4xmpExt:DigitalSourceType="${DIGITAL_SOURCE_TYPE}"/></rdf:RDF></x:xmpmeta>`;

// The container: RFC 9649 §2. Each chunk is a name of four letters, its length in four bytes, and its bytes,
// padded to an even number.
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const XMP_FLAG = 0x04;
const ALPHA_FLAG = 0x10;
const ASCII = new TextDecoder("latin1");

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHUNK_HEADER_BYTES + data.byteLength + (data.byteLength % 2));
  bytes.set(new TextEncoder().encode(name));
  new DataView(bytes.buffer).setUint32(4, data.byteLength, true);
  bytes.set(data, CHUNK_HEADER_BYTES);
  return bytes;
}

/** RFC 9649 §2.7: flags, then width and height less one, in 24 bits each. */
function extendedHeader(flags: number, width: number, height: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(10));
  view.setUint8(0, flags);
  view.setUint16(4, (width - 1) & 0xffff, true);
  view.setUint8(6, (width - 1) >> 16);
  view.setUint16(7, (height - 1) & 0xffff, true);
  view.setUint8(9, (height - 1) >> 16);
  return new Uint8Array(view.buffer);
}

/** The extended header of a portrait that has none, from that of its one chunk (RFC 6386 §9.1, RFC 9649 §3.4). */
function headerFor(name: string, data: DataView): Uint8Array | undefined {
  if (name === "VP8 " && data.byteLength >= 10)
    return extendedHeader(XMP_FLAG, data.getUint16(6, true) & 0x3fff, data.getUint16(8, true) & 0x3fff);
  if (name !== "VP8L" || data.byteLength < 5) return undefined;
  const bits = data.getUint32(1, true);
  const alpha = (bits >>> 28) & 1 ? ALPHA_FLAG : 0;
  return extendedHeader(XMP_FLAG | alpha, (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}

/** The same portrait with XMP that says that a model made it. Undefined where this is no whole WebP. */
export function markAsGenerated(webp: Uint8Array): Uint8Array | undefined {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  const letters = (at: number) => ASCII.decode(webp.subarray(at, at + 4));
  const first = HEADER_BYTES + CHUNK_HEADER_BYTES;
  if (webp.byteLength < first || letters(0) !== "RIFF" || letters(8) !== "WEBP") return undefined;
  const length = view.getUint32(HEADER_BYTES + 4, true);
  if (view.getUint32(4, true) + 8 !== webp.byteLength || first + length > webp.byteLength) return undefined;
  const chunks = webp.slice(HEADER_BYTES);
  const name = letters(HEADER_BYTES);
  const parts: Uint8Array[] = [webp.slice(0, HEADER_BYTES)];
  if (name === "VP8X") {
    chunks[CHUNK_HEADER_BYTES] = (webp[first] ?? 0) | XMP_FLAG;
  } else {
    const header = headerFor(name, new DataView(webp.buffer, webp.byteOffset + first, length));
    if (!header) return undefined;
    parts.push(chunk("VP8X", header));
  }
  const marked = join([...parts, chunks, chunk("XMP ", new TextEncoder().encode(XMP))]);
  new DataView(marked.buffer).setUint32(4, marked.byteLength - 8, true);
  return marked;
}
