/**
 * The most output tokens that one portrait can cost, for the money that is set aside before the call. Two
 * families are known, and the larger figure counts:
 * - gpt-image-2: f² × (2,000,000 + pixels) / 4,000,000 for a square (other shapes take less), f by quality
 *   (the maker's calculator, 2026: 1024 × 1024 is 196, 1,756 and 7,024 tokens);
 * - gpt-image-1: 272, 1,056 and 4,160 tokens for 1024 × 1024, others by their area.
 */
const FACTORS: Readonly<Record<string, number>> = { low: 16, medium: 48, high: 96 };
const FIRST_FAMILY: Readonly<Record<string, number>> = { low: 272, medium: 1_056, high: 4_160 };
/** Qualities that are not in the tables (`auto`, `xhigh`, `hd`): twice `high` in each direction. */
const UNKNOWN_FACTOR = 192;
/** The largest size that these models take: 3840 × 2160. Assumed where the size is `auto`. */
const MAX_PIXELS = 8_294_400;
const SQUARE = 1024 * 1024;
/** Newer models than the formulas. */
const MARGIN = 1.25;

export function maxImageTokens(size: string, quality: string): number {
  const [width = 0, height = 0] = size.split("x").map(Number);
  const pixels = width > 0 && height > 0 ? width * height : MAX_PIXELS;
  const factor = FACTORS[quality] ?? UNKNOWN_FACTOR;
  const second = (factor * factor * (2_000_000 + pixels)) / 4_000_000;
  const first = ((FIRST_FAMILY[quality] ?? 0) * pixels) / SQUARE;
  return Math.ceil(Math.max(first, second) * MARGIN);
}
