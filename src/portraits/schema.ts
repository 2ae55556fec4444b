/** `GET|HEAD /images/{key}`: 64 hex characters, in small letters. */
export const IMAGE_KEY = /^[0-9a-f]{64}$/;

/** `X-Image-Status` on every answer but 404. */
export type PortraitState = "pending" | "ready" | "failed";
