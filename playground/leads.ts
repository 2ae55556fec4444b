import type { GenerateRequest } from "asknewton/client";

/** What the form asks. Kept as text, as it is typed. */
export interface Lead {
  readonly name: string;
  readonly age: string;
  readonly state: string;
  readonly household: string;
  readonly occupation: string;
  readonly income: string;
  readonly coverage: string;
  readonly goals: string;
  readonly count: string;
}

export const LEADS: readonly [Lead, ...Lead[]] = [
  {
    name: "Maria Alvarez",
    age: "38",
    state: "Texas",
    household: "Two adults, children of 9 and 5",
    occupation: "Freelance graphic designer",
    income: "68000",
    coverage: "COBRA, ends in two months",
    goals: "A predictable monthly cost, and the children's paediatrician in network",
    count: "3",
  },
  {
    name: "James Okafor",
    age: "61",
    state: "Georgia",
    household: "Married, children grown up",
    occupation: "Retired early from logistics",
    income: "54000",
    coverage: "None until Medicare at 65",
    goals: "Keep the cardiologist, and a low cap on what a bad year can cost",
    count: "3",
  },
  {
    name: "Priya Raman",
    age: "27",
    state: "Washington",
    household: "Single",
    occupation: "Barista and graduate student",
    income: "31000",
    coverage: "A parent's plan, no longer allowed",
    goals: "The lowest premium that still covers therapy and a yearly check-up",
    count: "3",
  },
  {
    name: "Dana Kowalski",
    age: "45",
    state: "Ohio",
    household: "Two adults, one child with asthma",
    occupation: "Owner of a bakery with four employees",
    income: "92000",
    coverage: "Bronze plan, deductible of $8,700",
    goals: "A lower deductible, and inhalers at a fixed price",
    count: "4",
  },
];

const numberOr = (text: string) => (text.trim() === "" ? undefined : Number(text));

/** The request's body; members that were left empty are left out. */
export function toRequest(lead: Lead): GenerateRequest {
  const { count, age, income, ...texts } = lead;
  const filled = Object.entries(texts).filter(([, text]) => text.trim() !== "");
  const leadData = { ...Object.fromEntries(filled), age: numberOr(age), annualIncomeUsd: numberOr(income) };
  return { leadData, config: { count: Number(count) } };
}
