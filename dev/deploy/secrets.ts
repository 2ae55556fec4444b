import { randomBytes } from "node:crypto";
import { parseConfig } from "../../src/config/config.ts";
import { type Context, DeployError, type Values } from "./options.ts";
import { reasonOf, type Wrangler } from "./wrangler.ts";

/** The names of a Worker's secrets; undefined where there is no such Worker yet. */
export type Existing = ReadonlySet<string> | undefined;

export interface Sources extends Pick<Context, "env" | "prompt"> {
  /** What was made up before, for a Worker of this name. */
  readonly kept: Values;
}

const NAMES = ["OPENAI_API_KEY", "JWT_SECRET", "ADMIN_TOKEN", "HASH_SECRET"];

/** 256 bits. */
const generate = () => randomBytes(32).toString("base64url");

export function listSecrets(wrangler: Wrangler): Existing {
  const answer = wrangler.ask(["secret", "list", "--format", "json"]);
  if (answer.code === 0) {
    const secrets = JSON.parse(answer.stdout) as readonly { readonly name: string }[];
    return new Set(secrets.map(({ name }) => name));
  }
  if (/Worker ".*" .*not found|Worker ".*" not found/.test(answer.stderr + answer.stdout)) return undefined;
  throw new DeployError(`The Worker's secrets could not be listed: ${reasonOf(answer)}`);
}

async function openAiKey({ env, prompt }: Sources): Promise<string> {
  const key = env.OPENAI_API_KEY || (await prompt?.("OPENAI_API_KEY")) || "";
  if (key !== "") return key;
  throw new DeployError(
    "The Worker has no OPENAI_API_KEY yet: put it into the environment, as in OPENAI_API_KEY=sk-… npm run deploy.",
  );
}

/** On a machine that is thrown away nothing that is made up can be kept. */
function refuseInCi(names: readonly string[], { env }: Sources): void {
  if (names.length === 0 || !env.CI) return;
  throw new DeployError(
    `The Worker has no ${names.join(" and no ")} yet, and what is made up in CI would be lost: put a random value of 32 characters or more into the environment and keep it.`,
  );
}

/** Throws where the Worker would refuse one of them, and with it every request. The reason never holds the value. */
function checkForm(values: Values): void {
  const result = parseConfig(values);
  if (result.ok) return;
  const errors = result.errors.map(({ variable, reason }) => `${variable} ${reason}`);
  throw new DeployError(`The secrets cannot be used: ${errors.join("; ")}.`);
}

/**
 * What the Worker lacks. What it has is never changed. HASH_SECRET names what is stored, so it is made up for a
 * new Worker only: under a later one nothing that is there would be found again.
 */
export async function chooseSecrets(existing: Existing, sources: Sources) {
  const { env, kept } = sources;
  const lacks = (name: string) => !existing?.has(name);
  /** To be set on the Worker. */
  const values: Record<string, string> = {};
  /** Those among them that were made up here and are nowhere else. */
  const generated: string[] = [];

  if (lacks("OPENAI_API_KEY")) values.OPENAI_API_KEY = await openAiKey(sources);
  if (lacks("JWT_SECRET") && env.JWT_SECRET) values.JWT_SECRET = env.JWT_SECRET;
  for (const name of ["ADMIN_TOKEN", "HASH_SECRET"]) {
    if (!lacks(name)) continue;
    const known = env[name] || kept[name];
    if (known) values[name] = known;
    else if (name === "ADMIN_TOKEN" || existing === undefined) {
      values[name] = generate();
      generated.push(name);
    }
  }
  refuseInCi(generated, sources);
  checkForm(values);
  /** Those that the environment gives and the Worker has already: they stay as they are. */
  const ignored = NAMES.filter((name) => !lacks(name) && env[name]);
  return { values, generated, ignored };
}
