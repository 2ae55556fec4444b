import type { Persona } from "./api-types.ts";

type Portrait = Pick<Persona, "imageUrl" | "imageStatus">;

/**
 * What to show a persona's portrait from: with `width`, in pixels from 1 to 4,096, the smallest size that is at
 * least so wide. `imageUrl` stays the same when the portrait has come, and a page that shows the placeholder is
 * not given anything else under the same address (HTML, "list of available images"), so a portrait that is
 * ready has a query.
 */
export function portraitUrl(
  { imageUrl, imageStatus }: Portrait,
  { width }: { readonly width?: number | undefined } = {},
): string {
  return imageStatus === "ready" ? `${imageUrl}?${width ? `width=${width}` : "ready"}` : imageUrl;
}

/**
 * For `srcset`, beside `sizes`: `widths` are those of the set, its `imageWidths`, or else the service's default.
 * Empty, which browsers take for none, until the portrait is ready: a placeholder fits every size.
 */
export function portraitSrcSet(persona: Portrait, widths: readonly number[] = [128, 256, 512]): string {
  const candidates = widths.map((width) => `${portraitUrl(persona, { width })} ${width}w`);
  return persona.imageStatus === "ready" ? candidates.join(", ") : "";
}

/** For `alt`. It says that the portrait is AI-generated, and whether it is not there yet or has failed. */
export function portraitAlt({ name, imageStatus }: Pick<Persona, "name" | "imageStatus">): string {
  return `AI-generated portrait of ${name}${imageStatus === "ready" ? "" : ` (${imageStatus})`}`;
}
