import { findAccount } from "./account.ts";
import { check } from "./check.ts";
import { type Context, readOptions } from "./options.ts";
import { type Plan, readPlan } from "./plan.ts";
import { migrate, release } from "./release.ts";
import { ensureResources } from "./resources.ts";
import { chooseSecrets, listSecrets, setSecrets } from "./secrets.ts";
import { secretsFile } from "./secrets-file.ts";
import { createWrangler, type Wrangler } from "./wrangler.ts";

interface Job extends Context {
  readonly plan: Plan;
  readonly wrangler: Wrangler;
  readonly waitMs: number;
}

async function dryRun({ plan, wrangler, say }: Job): Promise<void> {
  say(`\nWhat would be done for ${plan.worker}`);
  for (const { kind, name } of plan.resources) say(`  ${kind} ${name}: made where it is missing`);
  say("  database migrations: those that are missing applied");
  say("  secrets OPENAI_API_KEY, ADMIN_TOKEN, HASH_SECRET: set where they are missing");
  say("  the Worker: built, deployed, asked whether it is ready");
  say("\nThe Worker, built and not deployed");
  await wrangler.show(["deploy", "--dry-run"]);
}

/** Gives the names of all secrets that the Worker then has. */
async function completeSecrets({ plan, wrangler, say, ...rest }: Job): Promise<ReadonlySet<string>> {
  const file = secretsFile(rest.folder, plan.worker);
  const existing = await listSecrets(wrangler);
  const { values, generated } = await chooseSecrets(existing, { ...rest, kept: file.read() });
  if (generated.length > 0) {
    file.add(Object.fromEntries(generated.map((name) => [name, values[name] ?? ""])));
    say(`  ${generated.join(" and ")}: made up, and kept in ${file.path}; move them to a safe place`);
  }
  await setSecrets(wrangler, values);
  const names = Object.keys(values);
  say(`  ${names.length > 0 ? `set: ${names.join(", ")}` : "all there"}`);
  return new Set([...(existing ?? []), ...names]);
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

async function everyStep(job: Job): Promise<void> {
  const { plan, wrangler, say } = job;
  say(`\n1/6 The account: ${await findAccount(wrangler, job.env.CLOUDFLARE_ACCOUNT_ID)}`);
  say(`\n2/6 What ${plan.worker} stands on`);
  await ensureResources(wrangler, plan.resources, (line) => say(`  ${line}`));
  say("\n3/6 The database");
  await migrate(wrangler);
  say("  migrated\n\n4/6 The secrets");
  const secrets = await completeSecrets(job);
  say("\n5/6 The Worker");
  const baseUrl = await release(wrangler, plan.domain);
  say(`\n6/6 ${baseUrl}`);
  const warnings = await check(baseUrl, job.waitMs);
  for (const warning of [...warnings, ...openDoors(plan, secrets)]) say(`  note: ${warning}`);
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
  const { environment, dryRun: dry, waitMs } = readOptions(args);
  const plan = readPlan(context.folder, environment);
  const job: Job = { ...context, plan, waitMs, wrangler: createWrangler(environment, context) };
  await (dry ? dryRun(job) : everyStep(job));
}
