/** How people may look, in words, and what the drawing calls it: a persona's words and its portrait agree. */

export const DARK_HAIR = { black: "#362c47", "dark brown": "#4a3734", auburn: "#a3543f", blond: "#e8b878" };
export const GRAY_HAIR = { gray: "#b4b6c6", white: "#dee1f5" };
export const WOMEN_HAIR = { "chin-length": "bobCut", long: "long", curly: "curly", "tied-up": "straightBun" };
export const MEN_HAIR = { short: "shortCombover", cropped: "buzzcut", tapered: "fade", thinning: "balding" };
export const FACIAL_HAIR = { "a beard": "beardMustache", "a goatee": "goatee", stubble: "shadow" };
export const CLOTHES = { shirt: "checkered", sweater: "rounded", cardigan: "squared", blouse: "small" };
export const COLORS = { navy: "#3d4f8a", teal: "#3aa39b", mustard: "#f3b63a", plum: "#7555ca" };
