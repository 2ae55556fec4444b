import type { HeaderName } from "../headers.ts";
import { ANY, type Answer, IF_NONE_MATCH, type Parameter, type Route } from "../route.ts";

const IMAGE_KEY: Parameter = {
  name: "key",
  in: "path",
  required: true,
  description: "From `imageUrl`.",
  schema: { type: "string", pattern: "^[0-9a-f]{64}$" },
};
const WIDTH: Parameter = {
  name: "width",
  in: "query",
  description: "The smallest kept size that is at least so many pixels wide, or the original where none is.",
  schema: { type: "integer", minimum: 1, maximum: 4096 },
};
const RANGE: Parameter[] = [
  {
    name: "Range",
    in: "header",
    description: "One range of bytes (RFC 9110 §14.2).",
    schema: { type: "string" },
  },
  {
    name: "If-Range",
    in: "header",
    description: "The `ETag` that the range is meant of; the whole picture comes where it is another.",
    schema: { type: "string" },
  },
];
const PICTURE_HEADERS: HeaderName[] = ["X-Image-Status", "ETag"];

const PICTURE: Answer[] = [
  { description: "The picture", mediaType: "image/*", headers: PICTURE_HEADERS },
  { description: "A placeholder", mediaType: "image/svg+xml", headers: ["X-Image-Status"] },
];
const NOT_CHANGED: Answer[] = [{ description: "`If-None-Match` has it", headers: PICTURE_HEADERS }];

export const IMAGE_ROUTES: readonly Route[] = [
  {
    operationId: "getPortrait",
    method: "get",
    path: "/images/{key}",
    tag: "images",
    access: "anyone",
    summary: "A portrait, or its placeholder",
    description:
      "The picture may be kept for ever, since its name is its content's; the original in place of a size that is not made " +
      "yet for five minutes; a placeholder with the persona's initials (`pending`, `failed`) not at all. Sizes are WebP.",
    parameters: [IMAGE_KEY, WIDTH, IF_NONE_MATCH, ...RANGE],
    answers: {
      200: PICTURE,
      206: [
        {
          description: "A `Range` of the picture",
          mediaType: "image/*",
          headers: [...PICTURE_HEADERS, "Content-Range"],
        },
      ],
      304: NOT_CHANGED,
      416: [{ description: "No such range", headers: ["Content-Range"] }],
    },
    problems: ["invalid_request", "not_found", ...ANY],
  },
  {
    operationId: "headPortrait",
    method: "head",
    path: "/images/{key}",
    tag: "images",
    access: "anyone",
    summary: "What GET would say of a portrait, without the picture",
    description: "`X-Image-Status` tells whether it is ready.",
    parameters: [IMAGE_KEY, WIDTH, IF_NONE_MATCH],
    answers: { 200: PICTURE, 304: NOT_CHANGED },
    problems: ["invalid_request", "not_found", ...ANY],
  },
];
