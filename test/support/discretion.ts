import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";

const NAMES = ["JWT_SECRET", "HASH_SECRET", "ADMIN_TOKEN", "OPENAI_API_KEY"];

/** The server's own secrets, and what callers of the tables say. */
const SECRETS = Object.entries(env as unknown as Record<string, unknown>).flatMap(([name, value]) =>
  NAMES.includes(name) ? [String(value)] : [],
);

/** Everything that came back, as text. Reads the body to its end. */
export async function allOf(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return `${headers}\n\n${await response.text()}`;
}

/** Nothing of the server's secrets, nor of these words of the caller, is in the text. */
export function keepsToItself(text: string, ...words: readonly string[]): void {
  for (const secret of [...SECRETS, ...words]) expect(text).not.toContain(secret);
}

/** The lines that the worker and its Durable Objects write from now on. */
export function listenToLog(): { lines(): string } {
  const lines: string[] = [];
  for (const level of ["info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  }
  return { lines: () => lines.join("\n") };
}
