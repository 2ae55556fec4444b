import { type Person, tracesOf } from "../storm/people.ts";
import type { Notes } from "../storm/visitor.ts";
import type { Remain } from "./evidence.ts";
import type { State } from "./state.ts";

/** Names, marks, hashes and keys as they stand in files. */
const TRACE = /P\d+Z|p\d+z|Q\d+Z|[0-9a-f]{64}/g;

/** Every trace of those who were erased, with whose it is. */
function tracesOfErased({ erased, questions, portraitsOf }: Notes): Map<string, string> {
  const names = new Set(erased.map(({ name }) => name));
  const marks = [...questions.values()].filter(({ person }) => names.has(person ?? ""));
  const portraits = [...portraitsOf].filter(([, person]) => names.has(person));
  const traces = erased.flatMap((person: Person) =>
    tracesOf(person).map((trace) => [trace, person.name] as const),
  );
  return new Map([...traces, ...marks.map(({ mark, person = "" }) => [mark, person] as const), ...portraits]);
}

/** Looks through all that is on the disk for those who were erased. */
export function findRemains(state: State, notes: Notes): Remain[] {
  const traces = tracesOfErased(notes);
  const remains: Remain[] = [];
  for (const { name, text } of state.contents()) {
    for (const trace of new Set(text.match(TRACE))) {
      const person = traces.get(trace);
      if (person !== undefined) remains.push({ person, where: `${trace} in ${name}` });
    }
  }
  return remains;
}
