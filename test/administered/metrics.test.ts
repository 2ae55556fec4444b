import { env } from "cloudflare:workers";
import parsePrometheus from "parse-prometheus-text-format";
import { describe, expect, it } from "vitest";
import dashboard from "../../docs/grafana.json";
import { utcDay } from "../../src/budget/guard.ts";
import type { Stats } from "../../src/operations/schema.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, setOf, until } from "../support/api.ts";

type Family = ReturnType<typeof parsePrometheus>[number];
type Metric = Family["metrics"][number];

async function families(): Promise<Map<string, Family>> {
  const response = await call("/api/admin/metrics", { headers: ADMIN });
  expect(response.headers.get("Content-Type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const parsed = parsePrometheus(await response.text());
  return new Map(parsed.map((family) => [family.name, family]));
}

function value(found: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const metrics = found.get(name)?.metrics ?? [];
  const isAsked = (metric: Metric) =>
    Object.entries(labels).every(([key, is]) => metric.labels?.[key] === is);
  return Number(metrics.find(isAsked)?.value);
}

describe("the metrics", () => {
  it("are the stats' figures of today and of all days, as a Prometheus parser reads them", async () => {
    const before = "INSERT INTO daily_totals VALUES (?, 'requests', 40), (?, 'hits.memory', 30)";
    const past = utcDay(Date.now() - 100 * 86_400_000);
    await env.DB.prepare(before).bind(past, past).run();
    const leadData = newLead();
    await setOf(await generate({ leadData, images: "wait" }));
    await setOf(await generate({ leadData }));
    await (await post("/api/chat", { messages: [{ role: "user", content: "Hello" }] })).body?.cancel();
    const stats = async () => (await (await call("/api/admin/stats", { headers: ADMIN })).json()) as Stats;
    await until("both runs are counted", async () => (await stats()).totals.generated === 2);
    const [found, { totals, database }] = [await families(), await stats()];
    expect(value(found, "asknewton_requests_today")).toBe(3);
    expect(value(found, "asknewton_requests_total")).toBe(43);
    expect(value(found, "asknewton_hits_total", { layer: "memory" })).toBe(30 + totals.hits.memory);
    expect(value(found, "asknewton_hits_today", { layer: "d1" })).toBe(totals.hits.d1);
    expect(value(found, "asknewton_spent_usd_today")).toBe(totals.spentUsd);
    expect(value(found, "asknewton_images_today", { outcome: "generated" })).toBe(3);
    expect(database.bytes).toBeGreaterThan(0);
    expect(value(found, "asknewton_database_bytes")).toBe(database.bytes);
    expect([...found.values()].every(({ name }) => name.startsWith("asknewton_"))).toBe(true);
  });

  it("are what the dashboard draws", async () => {
    const found = await families();
    const drawn = JSON.stringify(dashboard).match(/asknewton_[a-z_]+/g) ?? [];
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.filter((name) => !found.has(name))).toEqual([]);
  });
});
