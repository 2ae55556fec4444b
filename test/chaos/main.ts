import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chaos } from "./chaos.ts";
import { findings, remarks } from "./ledger/ledger.ts";
import { report } from "./report.ts";

const USAGE = "usage: npm run chaos [-- --seconds 600 --seed 1 --visitors 10]";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    visitors: { type: "string", default: "10" },
  },
});
const options = {
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  visitors: Number(values.visitors),
};
if (!Object.values(options).every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error(USAGE);
  process.exit(2);
}
console.log(`a storm of ${options.seconds} seconds with seed ${options.seed}`);
const evidence = await chaos(options);
const found = findings(evidence);
console.log(report(options.seed, evidence, remarks(evidence)));
if (found.length > 0) {
  const log = join(mkdtempSync(join(tmpdir(), "chaos-")), "server.log");
  writeFileSync(log, evidence.serverLog);
  console.log(`what the server said: ${log}`);
}
process.exit(found.length === 0 ? 0 : 1);
