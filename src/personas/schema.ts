import * as z from "zod/mini";
import { count, emailAddress, jsonObject } from "../http/validate.ts";

export const GENERATE_PATH = "/api/personas/generate";

/** How many personas a set has when `config.count` is not given. */
export const DEFAULT_COUNT = 3;
/** The most personas one set may have. */
export const MAX_COUNT = 10;

const text = z.string().check(z.minLength(1));
const texts = z.array(text);

const withoutAppearance = z.object({
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
});

/** What the model writes for each persona, by PORTRAITS: the same fields for every one, all required. */
export const askedTraits = {
  persona: z.extend(withoutAppearance, { appearance: text }),
  library: withoutAppearance,
} as const;
/** Where portraits come from: made for each persona, or the library. */
export type PortraitSource = keyof typeof askedTraits;

/** `appearance` is what a portrait of one's own is made from. */
export const traits = z.extend(withoutAppearance, { appearance: z.optional(text) });
export type Traits = z.infer<typeof traits>;

export const imageStatus = z.enum(["pending", "ready", "failed"]);
export type ImageStatus = z.infer<typeof imageStatus>;

/** `id` is unique in its set; `imageUrl` is absolute and its path never changes. */
export const persona = z.extend(traits, { id: text, imageUrl: z.url(), imageStatus });
export type Persona = z.infer<typeof persona>;

const configuration = jsonObject.check(
  z.refine((given) => given.count === undefined || count(1, MAX_COUNT)(given.count), {
    path: ["count"],
    error: `must be a whole number from 1 to ${MAX_COUNT}`,
  }),
);

/** What a set is made from. Members of `leadData` and `config` are free. */
const inputs = {
  leadData: jsonObject,
  config: z.optional(configuration),
  email: z.optional(emailAddress),
};

/** `POST /api/personas/generate`. */
export const generateRequest = z.strictObject({ ...inputs, images: z.optional(z.literal("wait")) });
export type GenerateRequest = z.infer<typeof generateRequest>;

/** How many sets one request may have made in the background. */
export const MAX_PREGENERATE = 100;

/** `now`, the default: by the queue. `economy`: by the Batch API, within a day at half the price. */
export const pregenerateMode = z.enum(["now", "economy"]);
export type PregenerateMode = z.infer<typeof pregenerateMode>;

/** `POST /api/admin/pregenerate`: what visitors would ask, before they do. */
export const pregenerateRequest = z.strictObject({
  mode: z.optional(pregenerateMode),
  inputs: z.array(z.strictObject(inputs)).check(z.minLength(1), z.maxLength(MAX_PREGENERATE)),
});
export type PregenerateInput = z.infer<typeof pregenerateRequest>["inputs"][number];

export const pregenerateAnswer = z.object({ jobId: text, accepted: z.int(), alreadyCached: z.int() });

const amount = z.int().check(z.gte(0));

/** `GET /api/admin/pregenerate/{jobId}`. `index`: of the input in the request. US dollars. */
export const pregenerateJob = z.object({
  jobId: text,
  mode: pregenerateMode,
  state: z.enum(["running", "done", "cancelled"]),
  createdAt: z.iso.datetime(),
  sets: z.object({ total: amount, pending: amount, done: amount, failed: amount }),
  portraits: z.object({ pending: amount, ready: amount, failed: amount }),
  spentUsd: z.number().check(z.gte(0)),
  failures: z.array(z.object({ index: amount, code: text })),
});
export type PregenerateJob = z.infer<typeof pregenerateJob>;

/** A set as callers see it. `model` is the one that wrote it. `fromIdempotentCache` is there, and true, on a replay alone. */
export const personaSet = z.object({
  setId: text,
  personas: z.array(persona),
  fromCache: z.boolean(),
  createdAt: z.iso.datetime(),
  model: text,
  imageWidths: z.array(z.int()),
  fromIdempotentCache: z.optional(z.literal(true)),
});
export type PersonaSet = z.infer<typeof personaSet>;
