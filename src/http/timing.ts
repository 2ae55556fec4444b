/** Collects `Server-Timing` (W3C Server Timing §3): names are ours, durations in milliseconds. */
export interface Timing {
  measure<T>(name: string, work: () => Promise<T>): Promise<T>;
  header(): string;
}

export function createTiming(now: () => number): Timing {
  const entries: string[] = [];
  return {
    async measure(name, work) {
      const startedAt = now();
      try {
        return await work();
      } finally {
        entries.push(`${name};dur=${now() - startedAt}`);
      }
    },
    header: () => entries.join(", "),
  };
}
