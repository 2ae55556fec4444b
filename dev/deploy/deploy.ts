import { findAccount } from "./account.ts";
import { check } from "./check.ts";
import { checkDomain } from "./domain.ts";
import { type Context, type Options, readOptions } from "./options.ts";
import { type Plan, readPlan } from "./plan.ts";
import { release } from "./release.ts";
import { ensureResources } from "./resources.ts";
import { chooseSecrets, listSecrets } from "./secrets.ts";
import { secretsFile } from "./secrets-file.ts";
import { createWrangler, type Wrangler } from "./wrangler.ts";

interface Job extends Context, Omit<Options, "dryRun"> {
  readonly plan: Plan;
  readonly wrangler: Wrangler;
}

function dryRun({ plan, wrangler, say }: Job): void {
  say(`\nWhat would be done for ${plan.worker}`);
  for (const { kind, name } of plan.resources) say(`  ${kind} ${name}: made where it is missing`);
  say("  database migrations: those that are missing applied");
  say("  secrets OPENAI_API_KEY, ADMIN_TOKEN, HASH_SECRET: set where they are missing");
  say("  the Worker and the bindings below: built, made where missing, deployed, asked whether it is ready");
  say("\nThe Worker, built and not deployed");
  wrangler.show(["deploy", "--dry-run"]);
}

/** What the Worker is to be given, and the names of all secrets that it then has. */
async function completeSecrets({ plan, wrangler, say, ...rest }: Job) {
  const file = secretsFile(rest.folder, plan.worker);
  const existing = listSecrets(wrangler);
  const { values, generated, ignored } = await chooseSecrets(existing, { ...rest, kept: file.read() });
  if (generated.length > 0) {
    file.add(Object.fromEntries(generated.map((name) => [name, values[name] ?? ""])));
    say(`  ${generated.join(" and ")}: made up, and kept in ${file.path}; move them to a safe place`);
  }
  const names = Object.keys(values);
  say(`  ${names.length > 0 ? `to be set: ${names.join(", ")}` : "all there"}`);
  const change = `npx wrangler secret put NAME --env=${rest.environment ?? ""}`;
  for (const name of ignored)
    say(`  note: the Worker has its ${name}; the environment's is not used. To change it: ${change}`);
  return { values, all: new Set([...(existing ?? []), ...names]) };
}

/** What an operator should know before others find the address. */
function openDoors({ hasKeySet, hasSpendLimit }: Plan, secrets: ReadonlySet<string>): string[] {
  const anonymous = !hasKeySet && !secrets.has("JWT_SECRET");
  return [
    ...(anonymous ? ["Callers are anonymous: set JWT_JWKS_URL or JWT_SECRET to have them sign in."] : []),
    ...(hasSpendLimit ? [] : ["There is no spending limit: set DAILY_SPEND_LIMIT_USD."]),
    ...(secrets.has("HASH_SECRET") ? [] : ["Without HASH_SECRET a leaked table can be guessed through."]),
  ];
}

/** What can be refused is looked at before anything is made. */
async function everyStep(job: Job): Promise<void> {
  const { plan, wrangler, say } = job;
  say(`\n1/5 The account: ${findAccount(wrangler, job.env.CLOUDFLARE_ACCOUNT_ID)}`);
  await checkDomain(plan.domain, job);
  say("\n2/5 The secrets");
  const { values, all } = await completeSecrets(job);
  say("\n3/5 The database and the queues");
  ensureResources(wrangler, plan.resources, (line) => say(`  ${line}`));
  // Before the Worker: a migration only adds, so the one that runs meanwhile goes on with it.
  wrangler.demand(["d1", "migrations", "apply", "DB", "--remote"]);
  say(`  migrated\n\n4/5 ${plan.worker}`);
  const baseUrl = release(wrangler, plan.domain, values);
  say(`\n5/5 ${baseUrl}`);
  const warnings = await check(baseUrl, job.waitMs);
  for (const warning of [...warnings, ...openDoors(plan, all)]) say(`  note: ${warning}`);
  const type = "-H 'content-type: application/json'";
  say(
    `\nReady. A first answer:\n  curl -s ${baseUrl}/api/personas/generate ${type} --data @examples/lead.json`,
  );
}

/**
 * From an empty Cloudflare account to a first answer. Every step can be done again: what is there stays as it
 * is. Throws a `DeployError` where it stops.
 */
export async function deploy(args: readonly string[], context: Context): Promise<void> {
  const { dryRun: isDry, ...options } = readOptions(args);
  const plan = readPlan(context.folder, options.environment);
  const wrangler = createWrangler(options.environment, context);
  const job: Job = { ...context, ...options, plan, wrangler };
  if (isDry) dryRun(job);
  else await everyStep(job);
}
