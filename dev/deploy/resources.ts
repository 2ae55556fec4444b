import { DeployError } from "./options.ts";
import type { Kind, Resource } from "./plan.ts";
import { reasonOf, type Wrangler } from "./wrangler.ts";

/** Wrangler's words for each kind, and what it says of one that is not there. */
const COMMANDS: Record<Kind, { readonly words: readonly string[]; readonly missing: RegExp }> = {
  "D1 database": { words: ["d1"], missing: /Couldn't find a.* D1 DB|\[code: 7404\]/ },
  "R2 bucket": { words: ["r2", "bucket"], missing: /bucket does not exist|\[code: 10006\]/ },
  queue: { words: ["queues"], missing: /Queue ".*" does not exist/ },
};

/** True where it had to be made. Throws where wrangler can neither find nor make it. */
async function ensure(wrangler: Wrangler, { kind, name }: Resource): Promise<boolean> {
  const { words, missing } = COMMANDS[kind];
  const found = await wrangler.ask([...words, "info", name]);
  if (found.code === 0) return false;
  if (!missing.test(`${found.stdout}${found.stderr}`))
    throw new DeployError(`The ${kind} ${name} could not be looked up: ${reasonOf(found)}`);
  await wrangler.demand([...words, "create", name]);
  return true;
}

/** One after another, so that the first that fails is the one that is told. */
export async function ensureResources(
  wrangler: Wrangler,
  resources: readonly Resource[],
  say: (line: string) => void,
): Promise<void> {
  for (const resource of resources) {
    const made = await ensure(wrangler, resource);
    say(`${resource.kind} ${resource.name}: ${made ? "made" : "there"}`);
  }
}
