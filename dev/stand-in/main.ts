import { parseArgs } from "node:util";
import { startStandIn } from "./index.ts";
import { isProfile } from "./profiles/profiles.ts";

const USAGE =
  "usage: node dev/stand-in/main.ts [--port 4010] [--pace real|fast] [--upstream mistral] [--with-parent]";

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    pace: { type: "string", default: "real" },
    upstream: { type: "string", default: "openai" },
    "with-parent": { type: "boolean", default: false },
  },
});
const port = Number(values.port);
const { pace, upstream: profile } = values;
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port ${values.port} is no port\n${USAGE}`);
if (pace !== "real" && pace !== "fast") fail(`--pace ${pace} is not known\n${USAGE}`);
if (!isProfile(profile)) fail(`--upstream ${profile} is not known\n${USAGE}`);

const standIn = await startStandIn({ port, pace, profile }).catch((error: unknown) => {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  fail(taken ? `port ${port} is taken` : `the stand-in could not start: ${error}`);
});

function end(): void {
  void standIn.close().finally(() => process.exit(0));
}

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, end);
if (values["with-parent"]) {
  // A parent that dies, however it dies, closes this end of its pipe.
  process.stdin.resume().once("end", end).once("error", end);
}

console.log(JSON.stringify({ baseUrl: standIn.baseUrl }));
