import { parseArgs } from "node:util";
import { startStandIn } from "./index.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    pace: { type: "string", default: "real" },
    "with-parent": { type: "boolean", default: false },
  },
});
const port = Number(values.port);
const pace = values.pace === "fast" ? "fast" : "real";

const standIn = await startStandIn({ port, pace }).catch((error: NodeJS.ErrnoException) => {
  const isTaken = error.code === "EADDRINUSE";
  console.error(isTaken ? `port ${port} is taken` : `the stand-in could not start: ${error}`);
  process.exit(1);
});

function end(): void {
  void standIn.close().finally(() => process.exit(0));
}

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, end);
// A parent that dies, however it dies, closes this end of its pipe.
if (values["with-parent"]) process.stdin.resume().once("end", end).once("error", end);

console.log(JSON.stringify({ baseUrl: standIn.baseUrl }));
