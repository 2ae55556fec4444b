import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Served } from "../runtime/serve.ts";
import { alternate, median } from "../statistics.ts";

const LEADS = 8;
// Many short turns rather than few long ones: what else the machine does then meets both alike.
const LOAD = { connections: 16, ms: 500 };
const PAIRS = 41;
const READY_BOUND_MS = 60_000;

/** Asks until memory answers: that is when every portrait of the set is ready. */
async function heat(url: URL, body: string): Promise<string> {
  const deadline = Date.now() + READY_BOUND_MS;
  while (Date.now() < deadline) {
    const { cacheStatus, text } = await ask(url, body);
    if (cacheStatus === "asknewton-memory; hit") return text;
    await sleep(100);
  }
  throw new Error("memory never had the set");
}

/** A hot hit against a Worker that parses the body, hashes it and answers from a Map. */
export async function hot(bench: Bench): Promise<Figure[]> {
  const [service, bare] = [await bench.service(), await bench.bare("hot")];
  const url = new URL(GENERATE_PATH, service.url);
  const bodies = Array.from({ length: LEADS }, () => newLead().body);
  for (const request of bodies) {
    const answer = await heat(url, request);
    await fetch(bare.url, { method: "PUT", body: JSON.stringify({ request, answer }) });
  }
  const cpu = { ours: [] as number[], bare: [] as number[] };
  /** Gives requests a second, and notes what CPU each took. */
  async function load(name: keyof typeof cpu, { cpuMs }: Served, to: URL): Promise<number> {
    const before = cpuMs();
    const { requests, perSecond } = await closedLoop({ url: to, bodies, ...LOAD });
    cpu[name].push(((cpuMs() - before) * 1_000) / requests);
    return perSecond;
  }
  const rate = await alternate(
    PAIRS,
    () => load("ours", service, url),
    () => load("bare", bare, bare.url),
  );
  const perSecond = (each: number) => `${each.toFixed(0)} req/s`;
  const used = { ours: median(cpu.ours), bare: median(cpu.bare) };
  const micros = (each: number) => `${each.toFixed(0)} µs`;
  return [
    {
      what: "hot hit: requests a second",
      ours: perSecond(rate.ours),
      bare: perSecond(rate.bare),
      number: rate.ratio,
      hold: { atLeast: 0.8 },
    },
    {
      // Moved less by what else the machine does.
      what: "hot hit: CPU for each request",
      ours: micros(used.ours),
      bare: micros(used.bare),
      number: used.ours / used.bare,
    },
  ];
}
