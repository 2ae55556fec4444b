import { env } from "cloudflare:workers";

/** What the administration asks with. */
export const ADMIN = { Authorization: `Bearer ${(env as unknown as { ADMIN_TOKEN: string }).ADMIN_TOKEN}` };
