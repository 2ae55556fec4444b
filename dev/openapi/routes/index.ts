import type { Route } from "../route.ts";
import { ADMIN_ROUTES } from "./administration.ts";
import { CHAT_ROUTES } from "./chat.ts";
import { IMAGE_ROUTES } from "./images.ts";
import { PERSONA_ROUTES } from "./personas.ts";
import { SERVICE_ROUTES } from "./service.ts";

/** Every route under /api and /images. */
export const ROUTES: readonly Route[] = [
  ...PERSONA_ROUTES,
  ...IMAGE_ROUTES,
  ...CHAT_ROUTES,
  ...SERVICE_ROUTES,
  ...ADMIN_ROUTES,
];
