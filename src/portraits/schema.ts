/** `GET|HEAD /images/{key}`: 64 hex characters, in small letters. */
export const IMAGE_KEY = /^[0-9a-f]{64}$/;

/** `X-Image-Status` on every answer but 404. */
export type PortraitState = "pending" | "ready" | "failed";

/** `?width=`, a whole number from 1 to 4096, at most once; undefined where it is not there. */
export function parseWidth(values: readonly string[] | undefined): number | undefined | "invalid" {
  const [text, ...more] = values ?? [];
  if (text === undefined) return undefined;
  const width = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  return width <= 4096 && more.length === 0 ? width : "invalid";
}
