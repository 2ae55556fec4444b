import canonicalize from "canonicalize";
import type { Hasher } from "../hash.ts";
import { isJsonObject, normalizeEmail } from "../http/validate.ts";
import { DEFAULT_COUNT, type GenerateRequest } from "./schema.ts";

/** `["meta", "utm_*"]`: names from the top of `leadData` down; `*` matches within one name. */
export type FieldPath = readonly string[];

function matches(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let middle = name.slice(head.length, name.length - tail.length);
  return rest.every((part) => {
    const at = middle.indexOf(part);
    middle = middle.slice(at + part.length);
    return at >= 0;
  });
}

/**
 * A copy of `value` without the members that `paths` name. An array's members go by their index, so
 * `children.*.id` reaches into each. What is not an object or an array stays as it is.
 */
export function omitFields(value: unknown, paths: readonly FieldPath[]): unknown {
  if (paths.length === 0 || typeof value !== "object" || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const here = paths.filter(([first]) => first !== undefined && matches(first, name));
    if (here.some((path) => path.length === 1)) continue;
    const below = here.map((path) => path.slice(1));
    kept.push([name, omitFields(member, below)]);
  }
  // fromEntries defines members, so one named __proto__ stays a member
  return isJsonObject(value) ? Object.fromEntries(kept) : kept.map(([, member]) => member);
}

/** Whose personas they are; empty where the caller is anonymous and gave no e-mail. */
export interface Subject {
  readonly user?: string;
  /** Trimmed and lower-cased. */
  readonly email?: string;
}

export const SET_ID = /^[0-9a-f]{32}$/;

export interface KeyOptions {
  readonly scope: "subject" | "shared";
  readonly ignored: readonly FieldPath[];
  readonly model: string;
  readonly promptVersion: number | string;
  /** Keyed where there is a HASH_SECRET. */
  readonly hash: Hasher;
}

/** Everything a set is made from, and the name it goes by. */
export interface PersonaInput {
  /** 64 hex characters: equal inputs, and no others, share it. */
  readonly key: string;
  /** 32 hex characters, from the key: a refresh replaces the set in place, whatever is known of it by then. */
  readonly setId: string;
  /** RFC 8785 text of `{config, leadData}`: what the model is given. */
  readonly lead: string;
  readonly count: number;
  readonly emailHash: string | null;
  readonly userHash: string | null;
}

function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("canonicalize: not JSON");
  return text;
}

export function toSubject(email: string | undefined, user: string | undefined): Subject {
  return {
    ...(user !== undefined && { user }),
    ...(email !== undefined && { email: normalizeEmail(email) }),
  };
}

/**
 * The key is over the canonical form (RFC 8785) of every input that shapes the answer, so key order, white
 * space and the spelling of numbers do not matter, and any nested difference does.
 */
export function personaInput(request: GenerateRequest, subject: Subject, options: KeyOptions): PersonaInput {
  const { scope, ignored, model, promptVersion, hash } = options;
  const config: Record<string, unknown> = { count: DEFAULT_COUNT, ...request.config };
  const lead = canonical({ config, leadData: omitFields(request.leadData, ignored) });
  const owner = scope === "shared" ? null : canonical(subject);
  const { user, email } = subject;
  const key = hash(canonical([lead, owner, model, promptVersion]));
  return {
    key,
    setId: hash(`set ${key}`).slice(0, 32),
    lead,
    count: Number(config.count),
    emailHash: email === undefined ? null : hash(email),
    userHash: user === undefined ? null : hash(user),
  };
}
