import { parseJson } from "../json.ts";
import { DeployError } from "./options.ts";
import { reasonOf, type Wrangler } from "./wrangler.ts";

interface WhoAmI {
  readonly loggedIn?: boolean;
  readonly accounts?: readonly { readonly id: string; readonly name: string }[];
}

/**
 * The name of the account, or `wanted` (an id) as it is: asking who one is needs a right that deploying does not. Throws
 * where nobody is logged in, or which account is meant is not clear.
 */
export function findAccount(wrangler: Wrangler, wanted: string | undefined): string {
  if (wanted) return wanted;
  const answer = wrangler.ask(["whoami", "--json"]);
  const { loggedIn, accounts = [] } = (parseJson(answer.stdout) ?? {}) as WhoAmI;
  if (loggedIn === false)
    throw new DeployError(
      'Not logged in to Cloudflare: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN.',
    );
  if (answer.code !== 0) throw new DeployError(`Cloudflare could not be asked: ${reasonOf(answer)}`);
  const [only, ...others] = accounts;
  if (!only) throw new DeployError("This login has no account: set CLOUDFLARE_ACCOUNT_ID.");
  if (others.length > 0) {
    const list = accounts.map(({ id, name }) => `${id} (${name})`).join(", ");
    throw new DeployError(`Several accounts: set CLOUDFLARE_ACCOUNT_ID to one of ${list}.`);
  }
  return only.name;
}
