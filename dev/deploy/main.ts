import { lookup } from "node:dns/promises";
import { deploy } from "./deploy.ts";
import { DeployError } from "./options.ts";
import { terminalPrompt } from "./prompt.ts";

try {
  const say = (line: string) => console.log(line);
  await deploy(process.argv.slice(2), {
    env: process.env,
    folder: process.cwd(),
    say,
    prompt: terminalPrompt(),
    resolve: lookup,
  });
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
