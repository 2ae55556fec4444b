import { parseArgs } from "node:util";
import { startStandIn } from "./index.ts";
import type { PaceName } from "./pace.ts";

const USAGE = "usage: node dev/stand-in/main.ts [--port 4010] [--pace real|fast] [--with-parent]";

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readOptions(): { port: number; pace: PaceName; withParent: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      pace: { type: "string", default: "real" },
      "with-parent": { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    fail(`--port ${values.port} is no port\n${USAGE}`);
  if (values.pace !== "real" && values.pace !== "fast") fail(`--pace ${values.pace} is not known\n${USAGE}`);
  return { port, pace: values.pace, withParent: values["with-parent"] };
}

const { withParent, ...options } = readOptions();
const standIn = await startStandIn(options).catch((error: unknown) => {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  fail(taken ? `port ${options.port} is taken` : `the stand-in could not start: ${error}`);
});

function end(): void {
  void standIn.close().finally(() => process.exit(0));
}

process.once("SIGTERM", end);
process.once("SIGINT", end);
if (withParent) {
  // A parent that dies, however it dies, closes this end of its pipe.
  process.stdin.resume();
  process.stdin.once("end", end);
  process.stdin.once("error", end);
}

console.log(JSON.stringify({ baseUrl: standIn.baseUrl }));
