import { isObject } from "../openai/json.ts";

/** What a server may say of a persona, by the names that the topics use in braces. */
export type KnownPersona = Readonly<Record<string, string>>;

/** A longer text would swamp the answer it is put into. */
const MAX_LENGTH = 120;
/** Each is tried as the beginning, and as the end, of the persona. */
const MAX_BRACES_TRIED = 8;

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // a brace of the prose around it
  }
}

/** The longest object that begins at one of the first braces and ends at one of the last. */
function objectIn(text: string): Record<string, unknown> | undefined {
  const starts = Array.from(text.matchAll(/\{/g), ({ index }) => index).slice(0, MAX_BRACES_TRIED);
  const ends = Array.from(text.matchAll(/\}/g), ({ index }) => index + 1).slice(-MAX_BRACES_TRIED);
  const parts = starts.flatMap((start) => ends.toReversed().map((end) => text.slice(start, end)));
  const value = parts.map(parsedObject).find(Boolean);
  return isObject(value?.persona) ? value.persona : value;
}

/** Where the persona is written as lines, `Name: Ana`, or `- age: 42`. */
function linesIn(text: string): Record<string, unknown> {
  const found = text.matchAll(
    /^[ \t>*-]*["“]?([A-Za-z][A-Za-z ]{1,24}?)["”]?[ \t]*[:=][ \t]*(.+?)[",]*[ \t]*$/gm,
  );
  return Object.fromEntries(
    Array.from(found, ([, name = "", value = ""]) => [
      name.trim().replace(/ (\w)/g, (_, letter) => letter.toUpperCase()),
      value.replace(/^"/, ""),
    ]),
  );
}

function dollars(value: unknown): string | undefined {
  const amount =
    typeof value === "number" ? value : Number.parseFloat(String(value ?? "").replace(/[^\d.]/g, ""));
  return Number.isFinite(amount) ? `$${Math.round(amount).toLocaleString("en-US")}` : undefined;
}

function shortText(value: unknown): string | undefined {
  const [first] = Array.isArray(value) ? value : [value];
  const text = typeof first === "number" ? String(first) : first;
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_LENGTH) return undefined;
  return text.trim().replace(/\.$/, "");
}

function lowered(text: string | undefined): string | undefined {
  return text && /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** The persona that the server's own messages tell of, if any. Members it does not have are left out. */
export function knownPersona(systemText: string): KnownPersona {
  const said = objectIn(systemText) ?? linesIn(systemText);
  const member = (name: string) => said[name] ?? said[name.charAt(0).toUpperCase() + name.slice(1)];
  const budget = member("budget");
  const money = isObject(budget) ? budget : said;
  const persona: Record<string, string | undefined> = {
    name: shortText(member("name"))?.split(" ")[0],
    age: shortText(member("age")),
    location: shortText(member("location")),
    household: lowered(shortText(member("household"))),
    occupation: lowered(shortText(member("occupation"))),
    plan: shortText(member("preferredPlanType")),
    coverage: lowered(shortText(member("currentCoverage"))),
    health: lowered(shortText(member("healthContext"))),
    need: lowered(shortText(member("coverageNeeds"))),
    priority: lowered(shortText(member("priorities"))),
    concern: lowered(shortText(member("concerns"))),
    question: shortText(member("questionsToAsk")),
    manner: lowered(shortText(member("communicationStyle"))),
    budget: dollars(money.monthlyPremiumUsd),
    deductible: dollars(money.annualDeductibleUsd),
  };
  const known = Object.entries(persona).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(known);
}
