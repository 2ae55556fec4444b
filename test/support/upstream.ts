import { inject } from "vitest";
import type { BilledLine } from "../../dev/stand-in/batch/bill.ts";
import type { Step } from "../../dev/stand-in/script.ts";

/** The stand-in's own record of a call that it was sent. */
export interface Call {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly outcome: "open" | "finished" | "aborted";
}

function control(path: string): string {
  return `${new URL(inject("upstream")).origin}/__stand-in${path}`;
}

/** What the upstream does with the next calls that have `match` in them: a step a call. */
export async function script(match: string, steps: readonly Step[], repeat = false): Promise<void> {
  const body = JSON.stringify({ match, steps, repeat });
  const response = await fetch(control("/script"), { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
}

/** How fast the upstream is with the calls, or the batch, that have `match` in them. */
export async function pace(match: string, change: object): Promise<void> {
  const response = await fetch(control("/pace"), {
    method: "POST",
    body: JSON.stringify({ match, ...change }),
  });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
}

/** The requests of batches that the upstream has answered, and is to be paid for. */
export async function billedLines(): Promise<BilledLine[]> {
  const response = await fetch(control("/bill"));
  return ((await response.json()) as { lines: BilledLine[] }).lines;
}

export async function calls(match: string): Promise<Call[]> {
  const response = await fetch(control(`/calls?match=${encodeURIComponent(match)}`));
  return ((await response.json()) as { calls: Call[] }).calls;
}

/** Waits until the upstream has seen as many calls, with that outcome where one is given. */
export async function callsReach(match: string, count: number, outcome?: Call["outcome"]): Promise<void> {
  const query = new URLSearchParams({ match, count: String(count), ...(outcome && { outcome }) });
  const response = await fetch(control(`/calls/wait?${query}`));
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the upstream was not called ${count} times with ${match}`);
}
