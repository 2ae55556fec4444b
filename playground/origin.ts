/** Where an answer came from, in words, from its `Cache-Status` (RFC 9211). */
export interface Origin {
  readonly name: "memory" | "edge" | "d1" | "log" | "joined" | "model";
  readonly words: string;
  readonly free: boolean;
}

const HITS = {
  memory: "this server's memory",
  edge: "the edge cache",
  d1: "the database",
  log: "the request log",
} as const;

export function parseOrigin(cacheStatus: string | undefined): Origin | undefined {
  if (!cacheStatus) return undefined;
  const hit = /^asknewton-(memory|edge|d1|log); hit/.exec(cacheStatus)?.[1] as keyof typeof HITS | undefined;
  if (hit) return { name: hit, words: `From ${HITS[hit]}`, free: true };
  if (cacheStatus.includes("collapsed"))
    return { name: "joined", words: "Shared with another request", free: true };
  return { name: "model", words: "Made by the model", free: false };
}

export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}
