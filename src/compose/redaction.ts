import type { Config } from "../config/config.ts";
import { redact } from "../redact.ts";

/** What is taken out of people's texts before they are hashed, kept or sent. */
export function composeRedaction({ REDACT }: Config): (text: string) => string {
  return REDACT === "on" ? redact : (text) => text;
}
