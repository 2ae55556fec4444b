import { type Account, type Binding, Refusal, type Script } from "./account.ts";

interface Metadata {
  readonly bindings: readonly Binding[];
  readonly migrations?: { readonly old_tag?: string; readonly new_tag: string };
}

/** What a binding names must be there: `wrangler deploy` makes what is missing first. */
function check({ databases, buckets, queues }: Account, { type, ...binding }: Binding): void {
  const uuids = [...databases.values()].map(({ uuid }) => uuid);
  if (type === "d1" && !uuids.includes(String(binding.id)))
    throw new Refusal(400, 10181, "No such database.");
  if (type === "r2_bucket" && !buckets.has(String(binding.bucket_name)))
    throw new Refusal(400, 10085, `R2 bucket '${binding.bucket_name}' not found.`);
  if (type === "queue" && !queues.has(String(binding.queue_name)))
    throw new Refusal(400, 11000, `Queue ${binding.queue_name} not found.`);
}

/** Bindings that the last version had are taken over where the new one says `inherit`. */
function inherited(known: Script | undefined, binding: Binding): Binding {
  if (binding.type !== "inherit") return binding;
  const before = known?.bindings.find(({ name }) => name === binding.name);
  if (before) return before;
  throw new Refusal(400, 10057, `inherit binding '${binding.name}' is invalid.`);
}

function migrated(known: Script | undefined, { migrations }: Metadata): string | undefined {
  if (!migrations) return known?.migrationTag;
  if (migrations.old_tag === known?.migrationTag) return migrations.new_tag;
  throw new Refusal(412, 10079, "old_tag must match the current tag.");
}

/** A new version of a Worker, which is deployed at once. */
export function upload(account: Account, name: string, metadata: Metadata): Script {
  const known = account.scripts.get(name);
  if (!known && account.subdomain === null)
    throw new Refusal(409, 10063, "You need a workers.dev subdomain in order to proceed.");
  const bindings = metadata.bindings.map((binding) => inherited(known, binding));
  for (const binding of bindings) check(account, binding);
  const secrets = new Map(known?.secrets);
  for (const { type, name: secret, text } of bindings)
    if (type === "secret_text") secrets.set(secret, String(text));
  const script: Script = {
    secrets,
    bindings: bindings.filter(({ type }) => type !== "secret_text"),
    schedules: known?.schedules ?? [],
    migrationTag: migrated(known, metadata),
    enabled: known?.enabled ?? false,
  };
  account.scripts.set(name, script);
  return script;
}
