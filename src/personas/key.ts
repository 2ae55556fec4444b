import canonicalize from "canonicalize";
import type { Hasher } from "../hash.ts";
import { normalizeEmail } from "../http/validate.ts";
import { type FieldPath, omitFields } from "./ignored-fields.ts";
import { DEFAULT_COUNT, type GenerateRequest } from "./schema.ts";

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
