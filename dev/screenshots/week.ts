const DAY_MS = 86_400_000;

/** Saved and spent, in dollars, and requests from the model, D1, the edge and memory, from six days ago to yesterday. */
const DAYS = [
  [0.42, 1.31, 18, 9, 4, 12],
  [0.77, 1.12, 16, 15, 8, 21],
  [1.35, 0.94, 13, 22, 11, 40],
  [1.61, 1.05, 15, 26, 17, 48],
  [0.58, 0.41, 6, 9, 6, 19],
  [1.94, 0.88, 12, 31, 22, 61],
] as const;

/** A week of a small service, so that the chart shows what a chart is for. */
export function weekBefore(now: number): string {
  const rows = DAYS.flatMap(([savedUsd, spentUsd, generated, d1, edge, memory], index) => {
    const day = new Date(now - (DAYS.length - index) * DAY_MS).toISOString().slice(0, 10);
    const hits = { "hits.d1": d1, "hits.edge": edge, "hits.memory": memory };
    const requests = generated + d1 + edge + memory;
    const values = { savedUsd, spentUsd, generated, requests, ...hits };
    return Object.entries(values).map(([name, value]) => `('${day}', '${name}', ${value})`);
  });
  return `INSERT INTO daily_totals (day, name, value) VALUES ${rows.join(", ")}`;
}
