import type { PortraitState } from "../key.ts";

export interface PlaceholderOptions {
  /** The image key: the same portrait always has the same colours. */
  readonly key: string;
  /** Two letters at most; where there are none, a figure is drawn. */
  readonly initials: string;
  /** What the portrait will have, such as `1024x1536`: the page does not jump when it comes. */
  readonly size: string;
  readonly state: Exclude<PortraitState, "ready">;
}

const SIDE = 512;
const TITLES = {
  pending: "A portrait is on its way",
  failed: "There is no portrait of this person",
} as const;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** XML 1.0 §2.4, and §2.2 for the characters that may not be there at all. */
function escapeXml(text: string): string {
  const legal = text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");
  return legal.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Width and height with the shorter side at 512; no side is more than three times the other. */
function frame(size: string): [width: number, height: number] {
  const [width = 0, height = 0] = size.split("x").map(Number);
  if (!(width > 0 && height > 0)) return [SIDE, SIDE];
  const ratio = Math.min(Math.max(width / height, 1 / 3), 3);
  return ratio >= 1 ? [Math.round(SIDE * ratio), SIDE] : [SIDE, Math.round(SIDE / ratio)];
}

/** From light to dark; white letters stand out on the middle of each (WCAG 2.2 §1.4.3, large text). */
const PALETTES = [
  ["#6d83f2", "#343a9e"],
  ["#4fa3a5", "#1c5568"],
  ["#e08a6d", "#93394c"],
  ["#8e7bd6", "#463587"],
  ["#5aa27c", "#1f564f"],
  ["#d97aa6", "#742a69"],
  ["#c9924f", "#77442a"],
  ["#5c9ad6", "#234a8a"],
  ["#7d8fa6", "#36465f"],
  ["#b57bc9", "#5a2f7a"],
] as const;

function colours(key: string): { light: string; dark: string; turn: number } {
  const number = Number.parseInt(key.slice(0, 8), 16) || 0;
  const [light, dark] = PALETTES[number % PALETTES.length] ?? PALETTES[0];
  return { light, dark, turn: (number >>> 8) % 360 };
}

function letters(initials: string, x: number, y: number): string {
  const font = 'font-family="ui-rounded, Nunito, &quot;Segoe UI&quot;, system-ui, sans-serif"';
  const place = `x="${x}" y="${y}" dy=".35em" text-anchor="middle" font-size="176" font-weight="600"`;
  return `<text ${place} ${font} letter-spacing="2" fill="#fff">${escapeXml(initials)}</text>`;
}

function figure(x: number, y: number): string {
  const shoulders = `M${x - 132} ${y + 176}c0-92 54-140 132-140s132 48 132 140z`;
  return `<g fill="#fff" fill-opacity=".9"><circle cx="${x}" cy="${y - 52}" r="74"/><path d="${shoulders}"/></g>`;
}

/** While it is awaited a soft light breathes, unless the reader's system asks for less motion. */
const BREATH =
  "@keyframes b{50%{opacity:.75}}.g{opacity:.35;animation:b 2.8s ease-in-out infinite}" +
  "@media(prefers-reduced-motion:reduce){.g{animation:none}}";

/** What is shown until there is a portrait: an SVG that is sharp at any size and needs nothing else. */
export function placeholder({ key, initials, size, state }: PlaceholderOptions): string {
  const [width, height] = frame(size);
  const [x, y] = [width / 2, height / 2];
  const { light, dark, turn } = colours(key);
  const title = TITLES[state];
  const breath = state === "pending" ? `<style>${BREATH}</style>` : "";
  const stops = `<stop stop-color="${light}"/><stop offset="1" stop-color="${dark}"/>`;
  const glow = `<stop stop-color="#fff" stop-opacity=".6"/><stop offset="1" stop-color="#fff" stop-opacity="0"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">` +
    `<title>${title}</title>${breath}` +
    `<defs><linearGradient id="a" gradientTransform="rotate(${turn} .5 .5)">${stops}</linearGradient>` +
    `<radialGradient id="c" cx=".28" cy=".2" r=".8">${glow}</radialGradient></defs>` +
    `<rect width="100%" height="100%" fill="url(#a)"/>` +
    `<rect class="g" width="100%" height="100%" fill="url(#c)" opacity=".35"/>` +
    `<circle cx="${x}" cy="${y}" r="196" fill="#fff" fill-opacity=".1"/>` +
    `${initials === "" ? figure(x, y) : letters(initials, x, y)}</svg>`
  );
}

/** An SVG that is opened by itself is a document: it may style itself, and nothing else. */
export const PLACEHOLDER_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
