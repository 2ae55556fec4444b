import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Bench, openBench } from "./bench.ts";
import { type Figure, holds, type LoadedFigure, table } from "./figure.ts";
import { bundle } from "./rows/bundle.ts";
import { chatBurst } from "./rows/chat-burst.ts";
import { chatFirst } from "./rows/chat-first.ts";
import { chatMemory } from "./rows/chat-memory.ts";
import { chatRun } from "./rows/chat-run.ts";
import { chatFast, chatSlow } from "./rows/chat-streams.ts";
import { cold } from "./rows/cold.ts";
import { crowd } from "./rows/crowd.ts";
import { hot } from "./rows/hot.ts";
import { million } from "./rows/million.ts";
import { portraits } from "./rows/portraits.ts";
import { startUp } from "./rows/start-up.ts";
import { ten } from "./rows/ten.ts";
import { warm } from "./rows/warm.ts";

const ROWS: Readonly<Record<string, (bench: Bench) => Promise<Figure[]>>> = {
  hot,
  warm,
  cold,
  crowd,
  ten,
  portraits,
  "chat-first": chatFirst,
  "chat-run": chatRun,
  "chat-50ms": chatSlow,
  "chat-10ms": chatFast,
  "chat-burst": chatBurst,
  "chat-memory": chatMemory,
  million,
  bundle,
  "start-up": startUp,
};

const USAGE = `usage: npm run bench -- [--only ${Object.keys(ROWS).join("|")}]… [--strict]`;

function readOptions(): { only: string[]; strict: boolean } {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      strict: { type: "boolean", default: false },
    },
  });
  const stranger = values.only.find((name) => !ROWS[name]);
  if (stranger === undefined) return values;
  console.error(`there is no row ${stranger}\n${USAGE}`);
  process.exit(1);
}

const load = () => loadavg()[0] ?? Number.NaN;

/** With runtimes of its own. A row that cannot be measured is told, and the next one is. */
async function measure(name: string): Promise<LoadedFigure[]> {
  console.error(`${name}…`);
  const before = load();
  const bench = await openBench();
  try {
    const figures = (await ROWS[name]?.(bench)) ?? [];
    return figures.map((figure) => ({ ...figure, load: [before, load()] }));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    return [];
  } finally {
    await bench.end();
  }
}

const { only, strict } = readOptions();
const figures: LoadedFigure[] = [];
for (const name of only.length > 0 ? only : Object.keys(ROWS)) figures.push(...(await measure(name)));
const failed = figures.filter((figure) => !holds(figure));
console.log(table(figures));
console.log(failed.length === 0 ? "All numbers hold." : `${failed.length} of ${figures.length} DO NOT HOLD.`);
if (strict && failed.length > 0) process.exitCode = 1;
