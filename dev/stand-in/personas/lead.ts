import { faker } from "@faker-js/faker/locale/en_US";
import { asRecord, parseJson } from "../../json.ts";
import { collectFacts, type Facts } from "./facts.ts";
import { readHousehold } from "./household.ts";

/** What could be understood of a lead, whatever its shape. What it does not say is undefined or empty. */
export type Lead = ReturnType<typeof readLead>;
export type Gender = "Woman" | "Man" | "Non-binary";

const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;
const { state: STATES = [], state_abbr: CODES = [], postcode_by_state: ranges } = faker.definitions.location;
/** Texts with a range or several; of New York, faker has one island alone. */
const ZIPS: Record<string, unknown> = { ...ranges, NY: "10001 to 14975" };
const { female = [], male = [] } = faker.definitions.person.first_name;

function readNames({ text }: Facts) {
  const given = text("firstname", "givenname", "first");
  const [first, ...rest] = text("fullname", "leadname", "name")?.split(" ") ?? [];
  const last = text("lastname", "surname", "familyname", "last");
  return { firstName: given ?? first, lastName: last ?? (given ? undefined : rest.join(" ") || undefined) };
}

function readAge({ text }: Facts): number | undefined {
  const born = Date.parse(text("dateofbirth", "dob", "birthdate", "birthyear") ?? "");
  const age = Number.parseFloat(text("age", "currentage") ?? String((Date.now() - born) / YEAR_MS));
  return age >= 0 && age <= 120 ? Math.floor(age) : undefined;
}

/** Said, or guessed from the first name where a person would ask. */
function readGender({ text }: Facts, firstName = ""): Gender | undefined {
  const said = text("gender", "sex") ?? "";
  if (/^(f|woman)/i.test(said)) return "Woman";
  if (/^m/i.test(said)) return "Man";
  if (said !== "") return "Non-binary";
  if (female.includes(firstName) === male.includes(firstName)) return undefined;
  return female.includes(firstName) ? "Woman" : "Man";
}

function stateOfZip(zip: string): string | undefined {
  const code = CODES.find((one) => {
    const ends = Array.from(String(ZIPS[one]).matchAll(/\d{4,5}/g), Number);
    return zip !== "" && Number(zip) >= Math.min(...ends) && Number(zip) <= Math.max(...ends);
  });
  return STATES[CODES.indexOf(code ?? "")];
}

/** A state by its code, its name, or a place that ends in either ("Bend, OR"); else as the lead says it. */
function readPlace({ text }: Facts) {
  const said = text("state", "statecode", "stateofresidence");
  const [town, ...rest] = text("location", "address", "region", "residence")?.split(", ") ?? [];
  const named = (said ?? rest.at(-1) ?? town ?? "").replace(/ \d{5}.*/, "").toLowerCase();
  const state = STATES.find((name, i) => [name, CODES[i]].some((one) => one?.toLowerCase() === named));
  const city = text("city", "town") ?? (rest.length > 0 ? town : undefined);
  return {
    city,
    state: state ?? stateOfZip(text("zip", "zipcode", "postalcode")?.slice(0, 5) ?? "") ?? said,
  };
}

function readLead(leadData: unknown) {
  const facts = collectFacts(leadData);
  const { text, number, phrases } = facts;
  const names = readNames(facts);
  return {
    ...names,
    ...readPlace(facts),
    age: readAge(facts),
    gender: readGender(facts, names.firstName),
    household: readHousehold(facts),
    incomeUsd: number("annualincome", "annualincomeusd", "householdincome", "income", "salary"),
    monthlyBudgetUsd: number("monthlybudget", "monthlybudgetusd", "monthlypremium", "budget"),
    occupation: text("occupation", "jobtitle", "job", "profession", "employment"),
    coverage: text("currentplan", "currentcoverage", "currentinsurance", "coverage", "insurance"),
    conditions: phrases("conditions", "healthconditions", "condition", "health"),
    wishes: phrases("coverageneeds", "needs", "priorities", "goals", "preferences"),
    worries: phrases("concerns", "worries", "painpoints"),
  };
}

/** Reads `{"config": {"count": …}, "leadData": {…}}`; anything else is taken for the lead itself. */
export function readLeadMessage(message: string) {
  const value = asRecord(parseJson(message)) ?? {};
  const count = asRecord(value.config)?.count;
  return { count: typeof count === "number" ? count : undefined, lead: readLead(value.leadData ?? value) };
}
