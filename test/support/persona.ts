import type { Traits } from "../../src/personas/schema.ts";

/** A persona as a model writes it: only its look and its name are its own. */
export function persona(appearance: string, name = "Ann Smith"): Traits {
  const text = "some text";
  return {
    name,
    description: text,
    age: 40,
    gender: "woman",
    location: text,
    household: text,
    occupation: "nurse",
    annualIncomeUsd: 50_000,
    currentCoverage: text,
    healthContext: text,
    coverageNeeds: [text],
    priorities: [text],
    preferredPlanType: text,
    budget: { monthlyPremiumUsd: 300, annualDeductibleUsd: 2_000 },
    concerns: [text],
    questionsToAsk: [text],
    communicationStyle: text,
    appearance,
  };
}
