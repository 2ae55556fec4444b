import type { Answer, Question } from "../evidence/evidence.ts";
import type { Random } from "../random.ts";
import { sha256, toMark } from "../upstream/marks.ts";
import type { Caller } from "./caller.ts";
import { addressOf, newPerson, type Person } from "./people.ts";

/** A set that somebody was shown. */
export interface KnownSet {
  readonly question: Question;
  readonly setId: string;
  readonly personaIds: readonly string[];
}

/** What all visitors write down together. */
export interface Notes {
  readonly questions: Map<string, Question>;
  readonly answers: Answer[];
  /** Portraits that people were shown, by their keys: whose. */
  readonly portraitsOf: Map<string, string>;
  /** Everybody who was there. */
  readonly people: Person[];
  /** Those who have been erased, and do nothing more. */
  readonly erased: Person[];
  /** Marks of a job's inputs, by the job. */
  readonly jobs: Map<string, readonly string[]>;
}

/** One of the storm's clients: a person, until that one is erased and the next one comes. */
export interface Visitor extends Notes {
  readonly random: Random;
  readonly caller: Caller;
  person: Person;
  sets: KnownSet[];
  /** Whom the visitor, if any, came after: to be kept out of the sets. */
  readonly others: readonly Visitor[];
  newQuestion(kind: Question["kind"], count?: number): Question;
  newPerson(): Promise<Person>;
  /** As this person, from the address of this question. */
  headers(question: Question): Record<string, string>;
}

/** Numbers of one visitor's questions and people. */
const EACH = 10_000;
// What a visitor remembers; older sets are asked for no more.
const MAX_SETS = 8;

export async function createVisitor(
  index: number,
  random: Random,
  shared: { readonly caller: Caller; readonly notes: Notes; readonly others: readonly Visitor[] },
): Promise<Visitor> {
  const { caller, notes, others } = shared;
  let number = index * EACH;
  const next = () => ++number;
  async function come(): Promise<Person> {
    const person = await newPerson(next());
    notes.people.push(person);
    return person;
  }
  const visitor: Visitor = {
    ...notes,
    random,
    caller,
    others,
    person: await come(),
    sets: [],
    newQuestion(kind, count = 1) {
      const mark = toMark(next());
      const addressHash = sha256(addressOf(number));
      const question = { mark, kind, person: visitor.person.name, addressHash, count, runs: 1 };
      notes.questions.set(mark, question);
      return question;
    },
    newPerson: come,
    headers({ mark }) {
      const address = addressOf(Number(mark.slice(1, -1)));
      return { ...visitor.person.headers, "CF-Connecting-IP": address };
    },
  };
  return visitor;
}

export function remember(visitor: Visitor, set: KnownSet): void {
  const others = visitor.sets.filter(({ setId }) => setId !== set.setId);
  visitor.sets = [...others, set].slice(-MAX_SETS);
}

/** One of the visitor's sets; undefined where it has none. */
export function anySet({ sets, random }: Visitor): KnownSet | undefined {
  return sets.length === 0 ? undefined : random.helpers.arrayElement(sets);
}
