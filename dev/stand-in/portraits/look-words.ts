/** How people may look: one vocabulary, for the words of a persona and for the picture drawn from them. */

export const HAIR_COLORS: Record<string, string> = {
  black: "#362c47",
  "dark brown": "#4a3734",
  brown: "#6c4545",
  auburn: "#a3543f",
  blond: "#e8b878",
  "salt-and-pepper": "#8b8a96",
  gray: "#b4b6c6",
  white: "#dee1f5",
};

export const FAIR_HAIR = ["dark brown", "brown", "auburn", "blond"] as const;
export const DARK_HAIR = ["black", "dark brown"] as const;
export const GRAYING_HAIR = ["dark brown", "salt-and-pepper"] as const;
export const OLD_HAIR = ["gray", "white", "salt-and-pepper"] as const;

/** How hair is worn, with the drawing's name for it. */
export const WOMEN_HAIR = {
  "shoulder-length": "bobCut",
  "chin-length": "bobBangs",
  long: "long",
  "very long": "extraLong",
  curly: "curly",
  "curly, tied-up": "curlyBun",
  "neatly tied-back": "straightBun",
} as const;

export const MEN_HAIR = {
  short: "shortCombover",
  "closely cropped": "buzzcut",
  "short, faded": "fade",
  "curly, short-sided": "curlyHighTop",
  "side-parted": "shortComboverChops",
  thinning: "balding",
} as const;

export const CLOTHES_COLORS: Record<string, string> = {
  navy: "#3d4f8a",
  blue: "#456dff",
  teal: "#3aa39b",
  green: "#6dbb58",
  sage: "#8fae8b",
  mustard: "#f3b63a",
  rust: "#c8603f",
  burgundy: "#8e3b52",
  plum: "#7555ca",
  rose: "#e8829b",
};

/** What is worn, with the drawing's name for it. */
export const CLOTHES = {
  "plaid shirt": "checkered",
  "crew-neck sweater": "rounded",
  cardigan: "squared",
  "wrap-front top": "small",
  "soft jacket": "squared",
  "knit pullover": "rounded",
} as const;

export const FACIAL_HAIR = {
  "a full beard": "beardMustache",
  "a trimmed goatee": "goatee",
  "light stubble": "shadow",
  "a generous mustache": "walrus",
} as const;

export const BACKGROUNDS = [
  "#e9efe6",
  "#e4ecf1",
  "#f2ebdf",
  "#efe6ea",
  "#e6e8f2",
  "#eaf0ee",
  "#f3ece6",
] as const;
