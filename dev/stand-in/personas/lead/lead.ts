import { isObject } from "../../openai/json.ts";
import type { State } from "../vocabulary/states.ts";
import { stateCalled, stateOfCity, stateOfZip } from "../vocabulary/states.ts";
import type { Household } from "./household.ts";
import { readHousehold } from "./household.ts";
import type { FactFinder } from "./lead-facts.ts";
import { asNumber, createFactFinder } from "./lead-facts.ts";

export type Gender = "woman" | "man" | "non-binary person";

/** What could be understood of a lead, whatever its shape. What it does not say is undefined or empty. */
export interface Lead {
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly age: number | undefined;
  readonly gender: Gender | undefined;
  readonly state: State | undefined;
  readonly city: string | undefined;
  readonly household: Household;
  readonly incomeUsd: number | undefined;
  readonly occupation: string | undefined;
  readonly conditions: readonly string[];
  readonly medications: readonly string[];
  readonly coverage: string | undefined;
  readonly monthlyBudgetUsd: number | undefined;
  readonly wishes: readonly string[];
  readonly worries: readonly string[];
  readonly smokes: boolean;
  /** How the configuration wants people to sound. */
  readonly tone: string | undefined;
}

export interface LeadMessage {
  readonly count: number | undefined;
  readonly lead: Lead;
}

/** Under these a name or an age is somebody else's. */
const SOMEBODY_ELSE =
  /^(spouse|partner|husband|wife|child|children|kids|dependents?|family|familymembers|members|household|employer|company|plan|currentplan|insurance|doctors?|providers?|agent|advisor|utm|source|campaign)$/;

function readNames({ text }: FactFinder) {
  const given = text(["firstname", "givenname", "first"], SOMEBODY_ELSE);
  const whole = text(["fullname", "leadname", "customername", "name"], SOMEBODY_ELSE);
  const [first, ...rest] = (whole ?? "").split(" ").filter(Boolean);
  const last = text(["lastname", "surname", "familyname", "last"], SOMEBODY_ELSE);
  return { firstName: given ?? first, lastName: last ?? (given ? undefined : rest.join(" ") || undefined) };
}

const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;

function readAge({ number, text }: FactFinder): number | undefined {
  const said = number(["age", "currentage"], SOMEBODY_ELSE);
  const born = text(
    ["dateofbirth", "dob", "birthdate", "birthday", "birthyear", "yearofbirth"],
    SOMEBODY_ELSE,
  );
  const age = said ?? (born === undefined ? Number.NaN : (Date.now() - Date.parse(born)) / YEAR_MS);
  return age >= 0 && age <= 120 ? Math.floor(age) : undefined;
}

function readGender({ text }: FactFinder): Gender | undefined {
  const said = text(["gender", "sex", "genderidentity"], SOMEBODY_ELSE) ?? "";
  if (/^(f|female|woman|she)/i.test(said)) return "woman";
  if (/^(m|male|man|he)\b/i.test(said)) return "man";
  return /non|enby|they|nb/i.test(said) ? "non-binary person" : undefined;
}

function readPlace({ text }: FactFinder) {
  const place = text(["location", "address", "region", "residence", "livesin"]);
  const zip = text(["zip", "zipcode", "postalcode", "postcode"])?.padStart(5, "0");
  const said = text(["city", "town"]) ?? (place?.includes(",") ? place.split(",")[0]?.trim() : undefined);
  const named = text(["state", "statecode", "stateofresidence", "usstate"]) ?? place;
  const state = stateCalled(named ?? "") ?? stateOfZip(zip ?? "") ?? stateOfCity(said ?? "");
  return { state, city: said ?? (stateOfCity(place ?? "") ? place : undefined) };
}

function readIncome({ number }: FactFinder): number | undefined {
  const yearly = number([
    "annualincome",
    "annualincomeusd",
    "householdincome",
    "annualhouseholdincome",
    "yearlyincome",
    "income",
    "salary",
    "incomerange",
  ]);
  const monthly = number(["monthlyincome", "incomepermonth"]);
  return yearly ?? (monthly === undefined ? undefined : monthly * 12);
}

function readBudget({ find }: FactFinder): number | undefined {
  const said = find([
    "monthlybudget",
    "monthlybudgetusd",
    "budgetmonthly",
    "monthlypremium",
    "monthlypremiumusd",
    "maxpremium",
    "premiumbudget",
    "budget",
  ]);
  if (!isObject(said)) return asNumber(said);
  return createFactFinder(said).number(["monthlypremium", "monthly", "premium", "max", "amount", "value"]);
}

function readHealth({ find, phrases }: FactFinder) {
  const smokes = find(["smoker", "tobacco", "tobaccouse", "smokes"]);
  return {
    conditions: phrases([
      "conditions",
      "healthconditions",
      "medicalconditions",
      "chronicconditions",
      "preexistingconditions",
      "diagnoses",
      "condition",
      "healthstatus",
      "health",
    ]),
    medications: phrases(["medications", "prescriptions", "meds", "drugs"]),
    smokes: smokes === true || /^(yes|true|current|daily)/i.test(String(smokes)),
  };
}

export function readLead(leadData: unknown, config: unknown): Lead {
  const facts = createFactFinder(leadData);
  const { text, phrases } = facts;
  return {
    ...readNames(facts),
    ...readPlace(facts),
    ...readHealth(facts),
    age: readAge(facts),
    gender: readGender(facts),
    household: readHousehold(facts),
    incomeUsd: readIncome(facts),
    monthlyBudgetUsd: readBudget(facts),
    occupation: text([
      "occupation",
      "jobtitle",
      "job",
      "profession",
      "employment",
      "employmentstatus",
      "work",
    ]),
    coverage: text([
      "currentplan",
      "currentcoverage",
      "currentinsurance",
      "coverage",
      "insurancestatus",
      "insurance",
    ]),
    wishes: phrases([
      "coverageneeds",
      "needs",
      "priorities",
      "goals",
      "preferences",
      "interests",
      "lookingfor",
    ]),
    worries: phrases(["concerns", "worries", "painpoints", "fears"]),
    tone: createFactFinder(config).text(["tone", "voice", "style"]),
  };
}

/** Reads `{"config": {"count": …}, "leadData": {…}}`; anything else is taken for the lead itself. */
export function readLeadMessage(message: string): LeadMessage {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    value = {};
  }
  const { config, leadData = value } = isObject(value) ? value : {};
  const count = isObject(config) && typeof config.count === "number" ? config.count : undefined;
  return { count, lead: readLead(leadData, config) };
}
