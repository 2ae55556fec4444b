import type { SchemaName } from "./schemas.ts";

const IMAGE_KEY = "3f1d".repeat(16);
const SET_ID = "0d0c5f0e6a534f4e9d7e6f3c1d0f9b11";
const STREAM_ID = `${"9a0b".repeat(16)}.${"c1d2".repeat(8)}`;

const persona = {
  id: "5f0f2c1e-8a8b-4b36-9d51-0f1e2d3c4b5a",
  name: "Maria Alvarez",
  description: "A freelance designer in Austin whose COBRA ends in two months.",
  imageUrl: `https://api.example/images/${IMAGE_KEY}`,
  imageStatus: "pending",
  age: 38,
  gender: "woman",
  location: "Austin, Texas",
  household: "Married, two children (9 and 5)",
  occupation: "Freelance graphic designer",
  annualIncomeUsd: 68_000,
  currentCoverage: "COBRA, ends in two months",
  healthContext: "One child uses an inhaler",
  coverageNeeds: ["Paediatric care", "Prescriptions"],
  priorities: ["A predictable monthly cost"],
  preferredPlanType: "Silver PPO",
  budget: { monthlyPremiumUsd: 420, annualDeductibleUsd: 3_000 },
  concerns: ["Losing the children's doctor"],
  questionsToAsk: ["Is our paediatrician in network?"],
  communicationStyle: "Plain and direct",
  appearance: "Dark shoulder-length hair, denim shirt, warm smile",
};

const bucket = {
  requests: 120,
  hits: { memory: 60, edge: 20, d1: 15, log: 3 },
  joined: 2,
  generated: 20,
  errors: { upstream_timeout: 1 },
  tokens: { input: 24_000, cachedInput: 12_000, output: 52_000 },
  images: { generated: 57, failed: 0 },
  spentUsd: 1.24,
  savedUsd: 1.31,
  savedTokens: 260_000,
  savedImages: 294,
};

/** An example for each schema, held to it by a test. */
export const EXAMPLES: Record<SchemaName, unknown> = {
  GenerateRequest: { leadData: { name: "Maria Alvarez", age: 38, state: "Texas" }, config: { count: 3 } },
  PersonaSet: {
    setId: SET_ID,
    personas: [persona],
    fromCache: false,
    createdAt: "2026-11-22T09:30:00.000Z",
    model: "gpt-6.1-terra",
    imageWidths: [128, 256, 512],
  },
  ChatRequest: {
    messages: [{ role: "user", content: "What does a deductible mean for us?" }],
    persona: { setId: SET_ID, personaId: persona.id },
  },
  ChatAnswer: {
    message: { role: "assistant", content: "It is what you pay yourselves before the plan begins to pay." },
    finishReason: "stop",
    usage: { inputTokens: 412, cachedInputTokens: 256, outputTokens: 96 },
    model: "gpt-6-luna",
    streamId: STREAM_ID,
  },
  Health: { status: "ok", version: "1.0.0", label: "staging" },
  Readiness: { status: "ok", checks: { config: "ok", d1: "ok", r2: "ok" }, warnings: [] },
  Stats: {
    from: "2026-11-22",
    to: "2026-11-22",
    totals: bucket,
    days: [{ date: "2026-11-22", ...bucket }],
    models: [{ name: "gpt-6-luna", shutdownDate: null }],
    pregenerate: { pending: 0, done: 12, failed: 0 },
    pregenerated: { made: 11, used: 7, unused: 4, spentUsd: { usual: 0.12, batch: 0.31 }, savedUsd: 0.31 },
    library: { total: 120, ready: 86, pending: 34, failed: 0, spentUsd: { usual: 0, batch: 0.55 } },
    outbox: { recovered: 1, givenUp: 0 },
    database: { bytes: 1_200_000_000, limitBytes: 10_000_000_000, fullOn: "2027-08-01" },
  },
  PregenerateRequest: { inputs: [{ leadData: { name: "Maria Alvarez", state: "Texas" } }] },
  PregenerateAnswer: { jobId: "0b7f4a1e-3c52-4d0e-9f61-2a8d7c5b1e90", accepted: 1, alreadyCached: 0 },
  PregenerateJob: {
    jobId: "0b7f4a1e-3c52-4d0e-9f61-2a8d7c5b1e90",
    mode: "economy",
    state: "running",
    createdAt: "2026-11-22T10:15:00.000Z",
    sets: { total: 2, pending: 0, done: 1, failed: 1 },
    portraits: { pending: 1, ready: 2, failed: 0 },
    spentUsd: 0.021,
    failures: [{ index: 1, code: "model_refusal" }],
  },
  EraseRequest: { email: "maria@example.org" },
  EraseAnswer: {
    erased: { sets: 2, logEntries: 5, streams: 1, images: 6 },
    remains: [{ where: "other isolates' memory", until: "2026-11-22T09:31:00.000Z" }],
  },
  Audit: {
    entries: [
      {
        at: "2026-11-22T09:30:00.000Z",
        action: "POST /api/admin/erase",
        subjectHash: "7c1e".repeat(16),
        outcome: "done",
      },
    ],
  },
  Problem: {
    type: "/docs#invalid_request",
    title: "The request does not validate",
    status: 400,
    code: "invalid_request",
    detail: "The request does not validate.",
    requestId: "5b1d6a52-3c0f-4f59-8f43-6e6b3a1b9f4e",
    errors: [{ path: "/leadData", message: "must be an object" }],
  },
};
