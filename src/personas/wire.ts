import * as z from "zod/mini";
import { count, emailAddress, jsonObject } from "../http/validate.ts";

/** How many personas a set has when `config.count` is not given. */
export const DEFAULT_COUNT = 3;
/** The most personas one set may have. */
export const MAX_COUNT = 10;

const text = z.string().check(z.minLength(1));
const texts = z.array(text);

/** What the model writes for each persona: the same fields for every one, all required. */
export const traits = z.object({
  name: text,
  description: text,
  age: z.int().check(z.gte(0), z.lte(120)),
  gender: text,
  location: text,
  household: text,
  occupation: text,
  annualIncomeUsd: z.number().check(z.gte(0)),
  currentCoverage: text,
  healthContext: text,
  coverageNeeds: texts,
  priorities: texts,
  preferredPlanType: text,
  budget: z.object({
    monthlyPremiumUsd: z.number().check(z.gte(0)),
    annualDeductibleUsd: z.number().check(z.gte(0)),
  }),
  concerns: texts,
  questionsToAsk: texts,
  communicationStyle: text,
  appearance: text,
});
export type Traits = z.infer<typeof traits>;

export const imageStatus = z.enum(["pending", "ready", "failed"]);
export type ImageStatus = z.infer<typeof imageStatus>;

/** `id` is unique in its set; `imageUrl` is absolute and its path never changes. */
export const persona = z.extend(traits, { id: text, imageUrl: z.url(), imageStatus });
export type Persona = z.infer<typeof persona>;

/** `POST /api/personas/generate`. Members of `leadData` and `config` are free; the top has no others. */
export const generateRequest = z.strictObject({
  leadData: jsonObject,
  config: z.optional(
    jsonObject.check(
      z.refine((config) => config.count === undefined || count(1, MAX_COUNT)(config.count), {
        path: ["count"],
        error: `must be a whole number from 1 to ${MAX_COUNT}`,
      }),
    ),
  ),
  email: z.optional(emailAddress),
  images: z.optional(z.literal("wait")),
});
export type GenerateRequest = z.infer<typeof generateRequest>;

/** A set as callers see it. `fromIdempotentCache` is there, and true, on a replay alone. */
export const personaSet = z.object({
  setId: text,
  personas: z.array(persona),
  fromCache: z.boolean(),
  createdAt: z.iso.datetime(),
  fromIdempotentCache: z.optional(z.literal(true)),
});
export type PersonaSet = z.infer<typeof personaSet>;
