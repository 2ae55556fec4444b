import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { bareCode, ROOT, serviceCode } from "../runtime/bundle.ts";
import { children } from "../runtime/cpu.ts";
import { makeBareTable, migrate } from "../runtime/migrate.ts";
import { type Served, serve } from "../runtime/serve.ts";
import { startStandInProcess } from "../runtime/stand-in.ts";
import { bytesAChat, memoryChart, type Series, soakTable } from "./chart.ts";
import { type Counts, chatLoad, mixedLoad } from "./load.ts";
import { type Sample, takeSample } from "./sample.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error("usage: npm run soak [-- --minutes 30]");
  process.exit(2);
}

const CHART = join(ROOT, "docs", "soak.svg");
const SAMPLES = 60;
// The runtime lets go of an object that nobody asked for ten seconds.
const IDLE_MS = 15_000;
const sampleMs = (minutes * 60_000) / SAMPLES;

interface Soaked {
  readonly served: Served;
  readonly pid: number;
  readonly stateFolder: string;
}

const standIn = await startStandInProcess();
const variables = { OPENAI_API_KEY: "soak", OPENAI_BASE_URL: standIn.baseUrl, RATE_LIMIT: "off" };

async function start(code: string): Promise<Soaked> {
  const stateFolder = await mkdtemp(join(tmpdir(), "asknewton-soak-"));
  const before = new Set(children());
  const served = await serve({ code, variables, stateFolder, inspected: true });
  const pid = children().find((child) => !before.has(child)) ?? 0;
  return { served, pid, stateFolder };
}

/** Samples of one while its load runs. */
async function soak(
  name: string,
  { served, pid, stateFolder }: Soaked,
  load: (url: URL, until: number, counts: Counts) => Promise<void>,
): Promise<Series> {
  const counts = { chats: 0, others: 0, failed: 0 };
  const samples: Sample[] = [];
  const startedAt = Date.now();
  const until = startedAt + minutes * 60_000;
  const running = load(served.url, until, counts);
  while (Date.now() < until) {
    samples.push(takeSample({ pid, stateFolder, counts, startedAt }));
    await delay(sampleMs);
  }
  await running;
  samples.push(takeSample({ pid, stateFolder, counts, startedAt }));
  console.log(`${name}: ${counts.chats} chats, ${counts.others} other requests, ${counts.failed} failed`);
  return { name, samples };
}

const started: Soaked[] = [];
try {
  const ours = await start(await serviceCode());
  started.push(ours);
  await migrate(await ours.served.database());
  const bare = await start(await bareCode("least"));
  started.push(bare);
  await makeBareTable(await bare.served.database());
  const all = await Promise.all([soak("ours", ours, mixedLoad), soak("bare", bare, chatLoad)]);
  await writeFile(CHART, memoryChart(all));
  console.log(soakTable(all));
  for (const series of all) console.log(`${series.name}: ${bytesAChat(series)} bytes a chat, second half`);
  await delay(IDLE_MS);
  for (const { served } of started) {
    await served.collectGarbage();
    console.log(`${(served.residentKb() / 1_000).toFixed(0)} MB once all garbage is collected`);
  }
  console.log(`load at the end: ${loadavg()[0]?.toFixed(1)}; the chart is ${CHART}`);
} finally {
  for (const { served, stateFolder } of started) {
    await served.stop();
    await rm(stateFolder, { recursive: true, force: true });
  }
  await standIn.close();
}
