import { isJsonObject } from "../http/validate.ts";

/** `["meta", "utm_*"]`: names from the top of `leadData` down; `*` matches within one name. */
export type FieldPath = readonly string[];

function matches(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let middle = name.slice(head.length, name.length - tail.length);
  return rest.every((part) => {
    const at = middle.indexOf(part);
    middle = middle.slice(at + part.length);
    return at >= 0;
  });
}

/**
 * A copy of `value` without the members that `paths` name. An array's members go by their index, so
 * `children.*.id` reaches into each. What is not an object or an array stays as it is.
 */
export function omitFields(value: unknown, paths: readonly FieldPath[]): unknown {
  if (paths.length === 0 || typeof value !== "object" || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const here = paths.filter(([first]) => first !== undefined && matches(first, name));
    if (here.some((path) => path.length === 1)) continue;
    const below = here.map((path) => path.slice(1));
    kept.push([name, omitFields(member, below)]);
  }
  // fromEntries defines members, so one named __proto__ stays a member
  return isJsonObject(value) ? Object.fromEntries(kept) : kept.map(([, member]) => member);
}
