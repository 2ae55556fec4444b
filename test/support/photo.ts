import sharp from "sharp";

const FIRST_OCTAVE = 4;
const DECAY = 0.66; // of a photograph: each detail of half the size has about two thirds of the contrast

/** Numbers from 0 up to 1, the same for the same seed (Park and Miller). */
function sequence(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Noise of `side` cells a side, drawn softly at `size` pixels. */
async function octave(side: number, size: number, random: () => number): Promise<Buffer> {
  const cells = Buffer.alloc(side * side * 3);
  for (let index = 0; index < cells.length; index += 1) cells[index] = random() * 255;
  const raw = { width: side, height: side, channels: 3 } as const;
  return await sharp(cells, { raw }).resize(size, size, { kernel: "cubic" }).raw().toBuffer();
}

/**
 * What compresses as a photograph does: some 300 kB at 1024 pixels as WebP of high quality. What is drawn, or
 * plain noise, is ten times smaller or larger.
 */
export async function photo(seed: number, size = 1024): Promise<Buffer> {
  const random = sequence(seed);
  const pixels = new Float32Array(size * size * 3).fill(128);
  let contrast = 110;
  for (let side = FIRST_OCTAVE; side <= size; side *= 2) {
    const drawn = await octave(side, size, random);
    for (let index = 0; index < pixels.length; index += 1)
      pixels[index] = (pixels[index] ?? 0) + (((drawn[index] ?? 0) - 128) / 128) * contrast;
    contrast *= DECAY;
  }
  const raw = { width: size, height: size, channels: 3 } as const;
  return await sharp(Buffer.from(Uint8ClampedArray.from(pixels)), { raw })
    .webp({ quality: 95 })
    .toBuffer();
}
