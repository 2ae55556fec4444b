import type { HeaderName } from "../headers.ts";
import { IF_NONE_MATCH, NOT_CHANGED, parameter } from "../parameters.ts";
import { type Answer, routesOf } from "../route.ts";

const IMAGE_KEY = parameter("path", "key", "From `imageUrl`.", { pattern: "^[0-9a-f]{64}$" });
const WIDTH = parameter(
  "query",
  "width",
  "The smallest kept size that is at least so many pixels wide, or the original where none is.",
  { type: "integer", minimum: 1, maximum: 4096 },
);
const RANGE = parameter("header", "Range", "One range of bytes (RFC 9110 §14.2).");
const IF_RANGE = parameter(
  "header",
  "If-Range",
  "The `ETag` that the range is meant of; the whole portrait comes where it is another.",
);

const HEADERS: HeaderName[] = ["X-Image-Status", "ETag"];
const PORTRAIT: Answer[] = [
  { description: "The portrait", mediaType: "image/*", headers: HEADERS },
  { description: "A placeholder", mediaType: "image/svg+xml", headers: ["X-Image-Status"] },
];
const PART: Answer = { description: "A `Range` of the portrait", mediaType: "image/*" };
const SAME: Answer[] = [{ description: NOT_CHANGED, headers: HEADERS }];

export const IMAGE_ROUTES = routesOf("images", "anyone", {
  "GET /images/{key}": {
    operationId: "getPortrait",
    summary: "A portrait, or its placeholder",
    description:
      "The portrait may be kept for ever, since its name is its content's; the original in place of a size that is not made " +
      "yet for five minutes; a placeholder with the persona's initials (`pending`, `failed`) not at all. Sizes are WebP.",
    parameters: [IMAGE_KEY, WIDTH, IF_NONE_MATCH, RANGE, IF_RANGE],
    answers: {
      200: PORTRAIT,
      206: [{ ...PART, headers: [...HEADERS, "Content-Range"] }],
      304: SAME,
      416: [{ description: "No such range", headers: ["Content-Range"] }],
    },
    problems: ["invalid_request", "not_found", "invalid_configuration"],
  },
  "HEAD /images/{key}": {
    operationId: "headPortrait",
    summary: "What GET would say of a portrait, without the portrait",
    description: "`X-Image-Status` tells whether it is ready.",
    parameters: [IMAGE_KEY, WIDTH, IF_NONE_MATCH],
    answers: { 200: PORTRAIT, 304: SAME },
    problems: ["invalid_request", "not_found", "invalid_configuration"],
  },
});
