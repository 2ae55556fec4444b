import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** What the ASSETS binding serves has to be there before a Worker starts. In a process of its own: it keeps much. */
export default function setup(): void {
  execFileSync(process.execPath, [resolve(import.meta.dirname, "../../dev/site/main.mjs")], {
    stdio: "inherit",
  });
}
