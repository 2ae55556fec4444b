import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/hash.ts";
import { portraitPrompt } from "../../src/personas/portrait.ts";
import { choosePortrait, type Likeness, toGender } from "../../src/portraits/library/choose.ts";
import { GENDERS, LIBRARY } from "../../src/portraits/library/list.ts";

const named = LIBRARY.map((portrait, index) => ({ ...portrait, key: sha256(String(index)) }));
const NOBODY: ReadonlySet<string> = new Set();

/** The same on every run. */
function createRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function somebody(random: (below: number) => number): Likeness {
  const gender = GENDERS[random(3)] ?? "person";
  const place = { occupation: `job ${random(50)}`, location: `town ${random(500)}` };
  return { name: `Name ${random(5_000)}`, age: random(95), gender, ...place };
}

const countBy = (values: readonly unknown[]) =>
  [...Map.groupBy(values, (value) => value).values()].map((group) => group.length);

describe("the library's list", () => {
  it("has 120 portraits, as many of each age, gender and heritage, from 0 to 90", () => {
    expect(LIBRARY).toHaveLength(120);
    expect(new Set(countBy(LIBRARY.map(({ age }) => age)))).toEqual(new Set([12]));
    expect(new Set(countBy(LIBRARY.map(({ gender }) => gender)))).toEqual(new Set([40]));
    const heritages = LIBRARY.map(({ appearance }) => /([A-Z][A-Za-z ]+) heritage/.exec(appearance)?.[1]);
    expect(countBy(heritages)).toEqual(Array.from({ length: 12 }, () => 10));
    const ages = LIBRARY.map(({ age }) => age);
    expect([Math.min(...ages), Math.max(...ages)]).toEqual([0, 90]);
  });

  it("shows each gender with every heritage", () => {
    for (const gender of GENDERS) {
      const mine = LIBRARY.filter((portrait) => portrait.gender === gender);
      expect(new Set(mine.map(({ appearance }) => /(\w+ ?\w*) heritage/.exec(appearance)?.[0])).size).toBe(
        12,
      );
    }
  });

  it("describes 120 different people, without a name", () => {
    const prompts = LIBRARY.map((portrait) => portraitPrompt({ ...portrait, gender: portrait.noun }));
    expect(new Set(prompts).size).toBe(120);
    expect(prompts[0]).toContain(
      "of one 0-year-old person (girl): a baby of a few months, West African heritage",
    );
    for (const prompt of prompts) expect(prompt).not.toContain("Occupation");
  });
});

describe("the choice of a portrait", () => {
  const adult = { name: "Ann Smith", age: 41, gender: "woman", occupation: "nurse", location: "Ohio" };

  it("is the nearest in age among those of the persona's gender", () => {
    for (const [age, nearest] of [
      [0, 0],
      [4, 0],
      [16, 20],
      [41, 40],
      [64, 60],
      [120, 90],
    ] as const) {
      for (const gender of GENDERS) {
        const chosen = choosePortrait(named, { ...adult, age, gender }, NOBODY, sha256);
        expect([chosen.age, chosen.gender]).toEqual([nearest, gender]);
      }
    }
  });

  it("is the same again for the same persona, also when the list has grown", () => {
    const chosen = choosePortrait(named, adult, NOBODY, sha256);
    expect(choosePortrait(named.toReversed(), adult, NOBODY, sha256)).toBe(chosen);
    const grown = [...named, { ...chosen, age: 95, key: sha256("new") }];
    expect(choosePortrait(grown, adult, NOBODY, sha256)).toBe(chosen);
  });

  it("goes on to the next nearest age where a set has taken the others", () => {
    const taken = new Set<string>();
    const ages: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const { key, age } = choosePortrait(named, { ...adult, name: `Ann ${count}` }, taken, sha256);
      taken.add(key);
      ages.push(age);
    }
    expect(taken.size).toBe(10);
    expect(ages).toEqual([40, 40, 40, 40, 50, 50, 50, 50, 30, 30]);
  });

  it("is fair: of 10,000 random personas none shares one in a set, and each is used as often as its like", () => {
    const random = createRandom(7);
    const uses = new Map(named.map(({ key }) => [key, 0]));
    for (let made = 0; made < 10_000; ) {
      const taken = new Set<string>();
      for (const size = 1 + random(10); taken.size < size; made += 1) {
        const before = taken.size;
        const { key } = choosePortrait(named, somebody(random), taken, sha256);
        taken.add(key);
        expect(taken.size).toBe(before + 1);
        uses.set(key, (uses.get(key) ?? 0) + 1);
      }
    }
    const cells = Map.groupBy(named, ({ age, gender }) => `${age} ${gender}`);
    expect(cells.size).toBe(30);
    for (const cell of cells.values()) {
      const counts = cell.map(({ key }) => uses.get(key) ?? 0);
      expect(Math.max(...counts)).toBeLessThan(2 * Math.min(...counts));
    }
  });

  it("reads a gender from whatever words the model has for it", () => {
    const said = {
      woman: ["woman", "Female", "F", "cisgender woman", "trans woman", "mujer", "she/her"],
      man: ["man", "male", "M", "Transgender man", "hombre", "boy"],
      person: [
        "non-binary",
        "nonbinary (assigned female at birth)",
        "unknown",
        "",
        "woman and man",
        "genderfluid",
      ],
    } as const;
    for (const [gender, words] of Object.entries(said)) {
      expect(words.map(toGender)).toEqual(words.map(() => gender));
    }
  });
});
