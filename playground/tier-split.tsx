import type { StatsBucket } from "asknewton/client";

/** Where answers came from, the cheapest first, as one bar. Its parts are rectangles: a strict policy bars styles. */
export function TierSplit({ totals }: { totals: StatsBucket }) {
  const { memory, edge, d1, log } = totals.hits;
  const parts = [
    { name: "memory", words: "Memory", count: memory },
    { name: "edge", words: "Edge", count: edge },
    { name: "d1", words: "Database", count: d1 },
    { name: "log", words: "Request log", count: log },
    { name: "joined", words: "Shared", count: totals.joined },
    { name: "model", words: "Model", count: totals.generated },
  ];
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  let x = 0;
  const placed = parts.map((part) => {
    const width = all > 0 ? (part.count / all) * 100 : 0;
    const from = x;
    x += width;
    return { ...part, x: from, width };
  });
  return (
    <div className="split">
      <h3>Where answers came from</h3>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="split-none" width="100" height="4" />
        {placed.map(({ name, x: from, width }) => (
          <rect key={name} className={`tier tier-${name}`} x={from} width={width} height="4" />
        ))}
      </svg>
      <ul className="legend small">
        {parts.map(({ name, words, count }) => (
          <li key={name} className={`key key-${name}`}>
            {words} <strong>{count.toLocaleString("en-US")}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
