/** What is remembered of the first request under a name, be it an Idempotency-Key or a fingerprint. */
export interface Remembered {
  readonly fingerprint: string;
  readonly state: "running" | "done" | "stopped" | "error";
  /** Milliseconds since the epoch; null while it runs. */
  readonly endedAt: number | null;
}

export interface Asked {
  readonly fingerprint: string;
  /** It came with an Idempotency-Key. */
  readonly keyed: boolean;
  /** How long an answer is remembered after its end: the key's time, or the window. Milliseconds. */
  readonly rememberMs: number;
}

/**
 * `claim`: the first of its name, which makes the answer. `join`: the first is still making it. `replay`: it
 * is there. `restart`: what is remembered stands in nobody's way, so this one makes the answer. `mismatch`:
 * the key names another request.
 */
export type Decision = "claim" | "join" | "replay" | "restart" | "mismatch";

/** A failed request frees its name at once; a stopped one is its own key's alone; all end with their time. */
function isFree({ state, endedAt }: Remembered, { keyed, rememberMs }: Asked, now: number): boolean {
  if (state === "running") return false;
  if (state === "error" || (state === "stopped" && !keyed)) return true;
  return (endedAt ?? 0) + rememberMs <= now;
}

/** CONTRACT §6. */
export function decide(record: Remembered | undefined, asked: Asked, now: number): Decision {
  if (!record) return "claim";
  if (isFree(record, asked, now)) return "restart";
  if (record.fingerprint !== asked.fingerprint) return "mismatch";
  return record.state === "running" ? "join" : "replay";
}
