/** How people may look, in words, and what the drawing calls it: a persona's words and its picture agree. */

export const HAIR_COLORS: Record<string, string> = {
  black: "#362c47",
  "dark brown": "#4a3734",
  brown: "#6c4545",
  auburn: "#a3543f",
  blond: "#e8b878",
  gray: "#b4b6c6",
  white: "#dee1f5",
};

export const WOMEN_HAIR: Record<string, string> = {
  "shoulder-length": "bobCut",
  "chin-length": "bobBangs",
  long: "long",
  curly: "curly",
  "tied-back": "straightBun",
};

export const MEN_HAIR: Record<string, string> = {
  short: "shortCombover",
  "closely cropped": "buzzcut",
  "short, faded": "fade",
  "side-parted": "shortComboverChops",
  thinning: "balding",
};

export const CLOTHES: Record<string, string> = {
  "plaid shirt": "checkered",
  sweater: "rounded",
  cardigan: "squared",
  "wrap-front top": "small",
};

export const CLOTHES_COLORS: Record<string, string> = {
  navy: "#3d4f8a",
  teal: "#3aa39b",
  sage: "#8fae8b",
  mustard: "#f3b63a",
  rust: "#c8603f",
  plum: "#7555ca",
};

export const FACIAL_HAIR: Record<string, string> = {
  "a full beard": "beardMustache",
  "a trimmed goatee": "goatee",
  "light stubble": "shadow",
};
