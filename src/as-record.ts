/** The members of what came from outside; none where it is no object. Total: nothing is checked, each is `unknown`. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Record<string, unknown>;
}
