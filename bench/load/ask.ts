import { randomUUID } from "node:crypto";

export const GENERATE_PATH = "/api/personas/generate";

/** A realistic lead that nobody asked about before; its name is how the upstream's calls are found. */
export function newLead(count = 3): { readonly name: string; readonly body: string } {
  const name = `Ann Lee ${randomUUID()}`;
  const household = { adults: 2, children: [{ age: 3 }, { age: 8 }] };
  const needs = {
    currentCoverage: "employer plan ending in March",
    concerns: ["premium", "our pediatrician"],
  };
  const leadData = { name, age: 42, state: "Texas", household, incomeUsd: 84_000, ...needs };
  return { name, body: JSON.stringify({ leadData, config: { count }, email: "ann@example.org" }) };
}

export interface Answer {
  readonly cacheStatus: string | null;
  readonly text: string;
  /** From the request to the last byte. Milliseconds. */
  readonly ms: number;
}

/** Sends one request and reads its answer to the end. Rejects where it is not a 200. */
export async function ask(url: URL, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const startedAt = performance.now();
  const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body };
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}: ${text}`);
  return { cacheStatus: response.headers.get("Cache-Status"), text, ms: performance.now() - startedAt };
}
