import type { BilledLine } from "../../../dev/stand-in/batch/bill.ts";
import type { Step } from "../../../dev/stand-in/script.ts";

/** The stand-in's own record of a call that it was sent. */
export interface Call {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
  /** Milliseconds since 1970; null where nothing of the answer has gone out. */
  readonly firstByteAt: number | null;
  readonly outcome: "open" | "finished" | "aborted";
}

const WAIT_MS = 30_000; // a bound: a server may have to start before it calls

/** What a test tells a stand-in, and asks it, by its control routes. */
export function createControl(origin: string) {
  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const init = body && { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${origin}/__stand-in${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`The stand-in answers ${path} with ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }

  return {
    /** What the upstream does with the next calls that have `match` in them: a step a call. */
    async script(match: string, steps: readonly Step[], repeat = false): Promise<void> {
      await ask("/script", { match, steps, repeat });
    },
    /** How fast the upstream is with the calls, or the batch, that have `match` in them; all of them, where it is empty. */
    async pace(match: string, change: object): Promise<void> {
      await ask("/pace", { match, ...change });
    },
    async calls(match: string): Promise<Call[]> {
      return (await ask<{ calls: Call[] }>(`/calls?match=${encodeURIComponent(match)}`)).calls;
    },
    /** Waits until the upstream has seen as many calls, with that outcome where one is given. */
    async callsReach(match: string, count: number, outcome?: Call["outcome"]): Promise<void> {
      const wanted = { match, count: String(count), timeoutMs: String(WAIT_MS) };
      await ask(`/calls/wait?${new URLSearchParams({ ...wanted, ...(outcome && { outcome }) })}`);
    },
    /** The requests of batches that the upstream has answered, and is to be paid for. */
    async billedLines(): Promise<BilledLine[]> {
      return (await ask<{ lines: BilledLine[] }>("/bill")).lines;
    },
  };
}

export type StandInControl = ReturnType<typeof createControl>;
