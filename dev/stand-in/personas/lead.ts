import { asRecord, parseJson } from "../as-record.ts";
import type { FactFinder } from "./facts.ts";
import { asNumber, createFactFinder } from "./facts.ts";
import type { Household } from "./household.ts";
import { readHousehold } from "./household.ts";
import { stateCalled, stateOfZip } from "./states.ts";

/** What could be understood of a lead, whatever its shape. What it does not say is undefined or empty. */
export interface Lead {
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly age: number | undefined;
  readonly gender: "Woman" | "Man" | "Non-binary" | undefined;
  readonly state: string | undefined;
  readonly city: string | undefined;
  readonly household: Household;
  readonly incomeUsd: number | undefined;
  readonly occupation: string | undefined;
  readonly conditions: readonly string[];
  readonly coverage: string | undefined;
  readonly monthlyBudgetUsd: number | undefined;
  readonly wishes: readonly string[];
  readonly worries: readonly string[];
}

export interface LeadMessage {
  readonly count: number | undefined;
  readonly lead: Lead;
}

const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;

function readNames({ ownText }: FactFinder) {
  const given = ownText("firstname", "givenname", "first");
  const [first, ...rest] = (ownText("fullname", "leadname", "name") ?? "").split(" ").filter(Boolean);
  const last = ownText("lastname", "surname", "familyname", "last");
  return { firstName: given ?? first, lastName: last ?? (given ? undefined : rest.join(" ") || undefined) };
}

function readAge({ ownText }: FactFinder): number | undefined {
  const born = Date.parse(ownText("dateofbirth", "dob", "birthdate", "birthyear") ?? "");
  const age = asNumber(ownText("age", "currentage")) ?? (Date.now() - born) / YEAR_MS;
  return age >= 0 && age <= 120 ? Math.floor(age) : undefined;
}

function readGender({ ownText }: FactFinder): Lead["gender"] {
  const said = ownText("gender", "sex") ?? "";
  if (/^(f|woman)/i.test(said)) return "Woman";
  if (/^m/i.test(said)) return "Man";
  return /non|they/i.test(said) ? "Non-binary" : undefined;
}

/** A state that is not known by any name is shown as the lead says it. */
function readPlace({ text }: FactFinder) {
  const place = text("location", "address", "region", "residence");
  const told = text("state", "statecode", "stateofresidence");
  const parts = place?.split(",") ?? [];
  const city = text("city", "town") ?? (parts.length > 1 ? parts[0] : undefined);
  const state = stateCalled(told ?? place ?? "") ?? stateOfZip(text("zip", "zipcode", "postalcode") ?? "");
  return { city, state: state ?? told };
}

function readLead(leadData: unknown): Lead {
  const facts = createFactFinder(leadData);
  const { text, number, phrases } = facts;
  const monthlyIncome = number("monthlyincome");
  return {
    ...readNames(facts),
    ...readPlace(facts),
    age: readAge(facts),
    gender: readGender(facts),
    household: readHousehold(facts),
    incomeUsd:
      number("annualincome", "annualincomeusd", "householdincome", "income", "salary") ??
      (monthlyIncome && monthlyIncome * 12),
    monthlyBudgetUsd: number("monthlybudget", "monthlybudgetusd", "monthlypremium", "budget"),
    occupation: text("occupation", "jobtitle", "job", "profession", "employment"),
    coverage: text("currentplan", "currentcoverage", "currentinsurance", "coverage", "insurance"),
    conditions: phrases("conditions", "healthconditions", "chronicconditions", "condition", "health"),
    wishes: phrases("coverageneeds", "needs", "priorities", "goals", "preferences"),
    worries: phrases("concerns", "worries", "painpoints"),
  };
}

/** Reads `{"config": {"count": …}, "leadData": {…}}`; anything else is taken for the lead itself. */
export function readLeadMessage(message: string): LeadMessage {
  const value = asRecord(parseJson(message)) ?? {};
  const count = asRecord(value.config)?.count;
  return { count: typeof count === "number" ? count : undefined, lead: readLead(value.leadData ?? value) };
}
