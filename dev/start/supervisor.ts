// Leads the process group that holds everything that is started; see main.ts.
import { processGroup } from "./group.ts";
import { serve } from "./serve.ts";
import { readSettings, StartError } from "./settings.ts";

const group = processGroup();
let ending = false;

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await group.end();
}

/** One line for what can be foreseen, all there is for what cannot. */
function tell(error: unknown): void {
  if (ending) return; // that a server ended which had to is no news
  console.error(error instanceof StartError ? error.message : error);
}

process.on("SIGTERM", end); // its own group's signal comes here too
process.on("disconnect", end);
if (!process.connected) process.exit(1); // main has gone before this had begun
process.on("uncaughtException", (error) => {
  tell(error);
  void end();
});
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // the terminal has gone

try {
  await serve(readSettings(process.argv.slice(2), process.env), group);
} catch (error) {
  tell(error);
}
await end();
