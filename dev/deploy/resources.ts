import { DeployError } from "./options.ts";
import type { Kind, Resource } from "./plan.ts";
import { reasonOf, type Wrangler } from "./wrangler.ts";

const COMMANDS: Record<Kind, readonly string[]> = {
  "D1 database": ["d1", "create"],
  queue: ["queues", "create"],
};
const IS_THERE = /already exists|already taken|\[code: (7502|11009)\]/;

/**
 * Creates each without a look first, since a look may ask more of the account (analytics) than creating does. Throws
 * where one cannot be made.
 */
export function ensureResources(
  wrangler: Wrangler,
  resources: readonly Resource[],
  say: (line: string) => void,
): void {
  for (const { kind, name } of resources) {
    const answer = wrangler.ask([...COMMANDS[kind], name]);
    const isThere = answer.code !== 0 && IS_THERE.test(answer.stdout + answer.stderr);
    if (answer.code !== 0 && !isThere)
      throw new DeployError(`The ${kind} ${name} could not be made: ${reasonOf(answer)}`);
    say(`${kind} ${name}: ${isThere ? "there" : "made"}`);
  }
}
