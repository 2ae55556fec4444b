// A `wrangler` with an account of its own, in the words of wrangler 4.156: records each call, answers from
// account.json in the folder that is its first argument, and changes it as the real one changes Cloudflare.
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, ...given] = process.argv.slice(2);
const account = JSON.parse(readFileSync(join(folder, "account.json"), "utf8"));
const args = given.filter((arg) => !arg.startsWith("--env="));
const secretsFile = args.indexOf("--secrets-file") + 1 && args.splice(args.indexOf("--secrets-file"), 2)[1];
const command = args.join(" ");
const environment = given.find((arg) => arg.startsWith("--env="))?.slice("--env=".length) ?? "none";
const input = secretsFile ? readFileSync(secretsFile, "utf8") : "";
if (secretsFile && (statSync(secretsFile).mode & 0o077) !== 0) throw new Error("Others can read the secrets");
appendFileSync(join(folder, "calls.ndjson"), `${JSON.stringify({ command, environment, input })}\n`);

function end(error, code = error ? 1 : 0) {
  if (error) process.stderr.write(`\n\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[0m] ${error}\n\n`);
  writeFileSync(join(folder, "account.json"), JSON.stringify(account));
  process.exit(code);
}

const THERE = {
  d1: () => "A database with that name already exists",
  queues: (name) =>
    `A request to the Cloudflare API (/accounts/a1/queues) failed.\n\n  Queue name '${name}' is already taken. Please use a different name and try again. [code: 11009]`,
};

const COMMANDS = {
  whoami() {
    const { code = 0, ...answer } = account.whoami;
    process.stdout.write(JSON.stringify(answer));
    end(undefined, code);
  },
  create(kind, name) {
    if (account[kind].includes(name)) end(THERE[kind](name));
    account[kind].push(name);
    end();
  },
  list() {
    if (!account.secrets) end('Worker "asknewton-edge" not found.\n\nIf this is a new Worker, deploy first.');
    process.stdout.write(JSON.stringify(account.secrets.map((name) => ({ name, type: "secret_text" }))));
    end();
  },
  deploy() {
    if (args.includes("--dry-run")) end();
    account.secrets = [...(account.secrets ?? []), ...Object.keys(JSON.parse(input || "{}"))];
    const entries = [{ type: "wrangler-session" }, { type: "deploy", version: 1, targets: account.targets }];
    const record = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    writeFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, record);
    end();
  },
  apply: () => end(),
};

const failure = Object.keys(account.failing).find((words) => command.startsWith(words));
if (failure) end(account.failing[failure]);
const word = args.find((arg) => Object.hasOwn(COMMANDS, arg));
if (!word) end(`there is no ${command}`);
COMMANDS[word](args[0], args.at(-1));
