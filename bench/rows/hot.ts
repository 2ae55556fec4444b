import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../bench.ts";
import { type Figure, figureOf, micros, perSecond } from "../figure.ts";
import { ask, GENERATE_PATH, newLead } from "../load/ask.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Served } from "../runtime/serve.ts";
import { alternate, compare } from "../statistics.ts";

const LEADS = 8;
const CONNECTIONS = [1, 16, 64];
// Many short turns rather than few long ones: what else the machine does then meets both alike.
const TURN_MS = 400;
const PAIRS = 15;
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
  async function load({ cpuMs }: Served, to: URL, connections: number) {
    const before = cpuMs();
    const { requests, perSecond: rate } = await closedLoop({ url: to, bodies, connections, ms: TURN_MS });
    return { rate, cpuUs: ((cpuMs() - before) * 1_000) / requests };
  }
  const figures: Figure[] = [];
  for (const connections of CONNECTIONS) {
    const pairs = await alternate(
      PAIRS,
      () => load(service, url, connections),
      () => load(bare, bare.url, connections),
    );
    const at = connections === 1 ? "1 connection" : `${connections} connections`;
    const rates = compare(pairs, ({ rate }) => rate);
    const cpu = compare(pairs, ({ cpuUs }) => cpuUs); // moved less by what else the machine does
    figures.push(figureOf(`hot hit, ${at}: requests a second`, rates, perSecond, { atLeast: 0.85 }));
    figures.push(figureOf(`hot hit, ${at}: CPU for each request`, cpu, micros));
  }
  return figures;
}
