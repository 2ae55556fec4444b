import { asRecord } from "../as-record.ts";

/** One member somewhere in a lead, whatever its depth. */
interface Fact {
  readonly key: string;
  readonly value: unknown;
  /** Whether it is said of the lead itself, not of somebody that it tells of. */
  readonly own: boolean;
}

/** A hostile lead must not make the walk long. */
const MAX_FACTS = 2_000;
/** Longer texts are somebody's notes, not a fact to repeat. */
const MAX_TEXT = 140;
const SOMEBODY_ELSE =
  /^(spouse|partner|husband|wife|child|kids|depend|family|employer|company|plan|insur|doctor|agent)/;

/** `first_name`, `firstName` and `First name` are one key. */
function membersOf({ value, key, own }: Fact): Fact[] {
  const stillOwn = own && !SOMEBODY_ELSE.test(key);
  return Object.entries(Array.isArray(value) ? value : (asRecord(value) ?? {})).map(([name, member]) => {
    return { key: name.toLowerCase().replace(/[^a-z0-9]/g, ""), value: member, own: stillOwn };
  });
}

function asText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_TEXT) return undefined;
  return text.trim().replace(/\s+/g, " ");
}

/** Takes `"$52,000"` and `"52k"` too. */
function asNumber(value: unknown): number | undefined {
  const [, digits, thousands] = /(\d+(?:\.\d+)?)\s*(k\b)?/i.exec(String(value).replaceAll(",", "")) ?? [];
  return digits === undefined ? undefined : Number(digits) * (thousands ? 1_000 : 1);
}

export type Facts = ReturnType<typeof collectFacts>;

/** Finds what a lead says under one of some keys, the first key first, and a shallow member before a deep one. */
export function collectFacts(lead: unknown) {
  const facts = [{ key: "", value: lead, own: true }];
  for (let i = 0; i < facts.length && facts.length < MAX_FACTS; i++)
    facts.push(...membersOf(facts[i] as Fact));
  const find = (keys: readonly string[], among = facts) => {
    return keys.flatMap((key) => among.filter((fact) => fact.key === key)).map(({ value }) => value);
  };
  const own = facts.filter((fact) => fact.own);
  const texts = (keys: readonly string[]) => find(keys).flatMap((value) => asText(value) ?? []);
  return {
    text: (...keys: string[]) => texts(keys)[0],
    ownText: (...keys: string[]) => find(keys, own).map(asText).find(Boolean),
    number: (...keys: string[]) =>
      texts(keys)
        .map(asNumber)
        .find((number) => number !== undefined),
    /** At most five, from a text with commas or a list. */
    phrases: (...keys: string[]) => {
      const lists = find(keys).map((value) =>
        Array.isArray(value) ? value : (asText(value)?.split(/[,;] (?:and )?/) ?? []),
      );
      return lists
        .flat()
        .flatMap((one) => asText(asRecord(one)?.name ?? one) ?? [])
        .slice(0, 5);
    },
  };
}
