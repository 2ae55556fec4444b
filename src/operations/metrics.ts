import type { Bucket, Stats } from "./schema.ts";

/** A value with the labels that tell it from its family's others; a label's value is a word of ours. */
type Sample = readonly [labels: string, value: number];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly of: (bucket: Bucket) => readonly Sample[];
}

function labelled(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([word, value]) => [`{${label}="${word}"}`, value]);
}

/** What is counted, by the day and in all. Each has a counter `…_total` and a gauge `…_today`. */
const FAMILIES: readonly Family[] = [
  { name: "requests", help: "Requests that passed validation", of: ({ requests }) => [["", requests]] },
  { name: "hits", help: "Answers from a cache layer", of: ({ hits }) => labelled("layer", hits) },
  { name: "joined", help: "Requests that shared another's run", of: ({ joined }) => [["", joined]] },
  { name: "generated", help: "Runs", of: ({ generated }) => [["", generated]] },
  { name: "errors", help: "Problems, by code", of: ({ errors }) => labelled("code", errors) },
  { name: "tokens", help: "Text tokens of the upstream", of: ({ tokens }) => labelled("kind", tokens) },
  { name: "images", help: "Portraits, by outcome", of: ({ images }) => labelled("outcome", images) },
  { name: "spent_usd", help: "US dollars spent upstream", of: ({ spentUsd }) => [["", spentUsd]] },
  { name: "saved_usd", help: "US dollars that caches saved", of: ({ savedUsd }) => [["", savedUsd]] },
  { name: "saved_tokens", help: "Tokens that caches saved", of: ({ savedTokens }) => [["", savedTokens]] },
  { name: "saved_images", help: "Portraits that caches saved", of: ({ savedImages }) => [["", savedImages]] },
];

export interface MetricsInput
  extends Pick<Stats, "pregenerate" | "pregenerated" | "library" | "outbox" | "database"> {
  /** Of all days that are kept: it falls only where a day leaves, after 400. */
  readonly total: Bucket;
  readonly today: Bucket;
}

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string[] {
  const full = `asknewton_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines];
}

/** The figures as Prometheus text (exposition format 0.0.4). */
export function toPrometheus({ total, today, database, outbox, ...made }: MetricsInput): string {
  const gauge = (name: string, help: string, samples: readonly Sample[]) =>
    family(name, "gauge", help, samples);
  const counted = FAMILIES.flatMap(({ name, help, of }) => [
    ...family(`${name}_total`, "counter", help, of(total)),
    ...gauge(`${name}_today`, `${help}, this UTC day`, of(today)),
  ]);
  const { spentUsd, savedUsd: _, ...sets } = made.pregenerated;
  const { ready, pending, failed } = made.library;
  const lines = [
    ...counted,
    ...gauge("pregenerate_sets", "Sets made beforehand", labelled("state", made.pregenerate)),
    ...gauge("pregenerated_sets", "Sets that jobs made", labelled("use", sets)),
    ...gauge("pregenerated_spent_usd", "US dollars that jobs spent", labelled("price", spentUsd)),
    ...gauge("library_portraits", "The library's portraits", labelled("state", { ready, pending, failed })),
    ...family("outbox_total", "counter", "Results stored late", labelled("outcome", outbox)),
    ...gauge("database_bytes", "D1's size", [["", database.bytes]]),
    ...gauge("database_limit_bytes", "D1's limit", [["", database.limitBytes]]),
  ];
  return `${lines.join("\n")}\n`;
}
