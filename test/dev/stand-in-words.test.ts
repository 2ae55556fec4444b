import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { writeAnswer } from "../../dev/stand-in/answer.ts";
import type { Message } from "../../dev/stand-in/openai/chat-request.ts";
import { readChatRequest } from "../../dev/stand-in/openai/chat-request.ts";
import { fillSchema } from "../../dev/stand-in/openai/schema-fill.ts";
import { rhythmOf, splitTokens } from "../../dev/stand-in/openai/stream-plan.ts";
import { createPaceBook } from "../../dev/stand-in/pace.ts";
import { seededFaker } from "../../dev/stand-in/seeded-faker.ts";
import { personaMessages } from "../../src/personas/generation/prompt.ts";
import { traits } from "../../src/personas/schema.ts";

const EXAMPLE = `${import.meta.dirname}/../../examples/lead.json`;
const set = z.strictObject({ personas: z.array(z.strictObject(traits.shape)) });
let calls = 0;

function personasText(leadData: unknown, count = 3, config: Record<string, unknown> = {}): string {
  const lead = JSON.stringify({ config: { count, ...config }, leadData });
  const request = readChatRequest({ model: "gpt-6.1-terra", ...personaMessages({ lead, count }, "persona") });
  return writeAnswer(request, ++calls);
}

function personasFor(leadData: unknown, count?: number, config?: Record<string, unknown>) {
  return z.parse(set, JSON.parse(personasText(leadData, count, config))).personas;
}

const FIELDS = { name: { type: "string" }, household: { type: "string" }, occupation: { type: "string" } };

const MARIA = {
  firstName: "Maria",
  lastName: "Alvarez",
  age: 42,
  state: "TX",
  household: "Married, two kids",
  annualIncome: 68_000,
  occupation: "dental assistant",
  conditions: ["type 2 diabetes"],
  monthlyBudget: 450,
  currentPlan: "COBRA until May",
};

describe("personas", () => {
  test("fit the project's own schema, as many as were asked for, and no two alike", () => {
    for (let count = 1; count <= 10; count++) {
      const personas = personasFor(MARIA, count);
      expect(personas).toHaveLength(count);
      expect(new Set(personas.map(({ name }) => name)).size).toBe(count);
      expect(new Set(personas.map(({ description }) => description)).size).toBe(count);
    }
  });

  test("begin with the lead itself, as it says it is", () => {
    const [self, ...others] = personasFor(MARIA);
    expect(self).toMatchObject({
      name: "Maria Alvarez",
      age: 42,
      gender: "Woman",
      household: "Married, two kids",
      occupation: "Dental assistant",
      annualIncomeUsd: 68_000,
      currentCoverage: "COBRA until May",
      budget: { monthlyPremiumUsd: 450 },
    });
    expect(self?.location).toMatch(/, Texas$/);
    expect(self?.healthContext).toContain("type 2 diabetes");
    for (const other of others) {
      expect(other.location).toMatch(/, Texas$/);
      expect(other.description).toContain("Maria");
      expect(Math.abs(other.age - 42)).toBeLessThanOrEqual(5);
      expect(other.household).toMatch(/two children/);
    }
  });

  test.each([
    [
      { lead: { contact: { full_name: "Aisha Brown" }, age: "29", address: { zip: "97201" } } },
      "Aisha Brown",
      29,
      "Oregon",
    ],
    [
      {
        name: "Bob Ray",
        spouse: { name: "Ann", age: 70 },
        demographics: { age: 66, location: "Toledo, OH" },
      },
      "Bob Ray",
      66,
      "Ohio",
    ],
    [
      { First_Name: "Jo", surname: "Lee", birthYear: "1990-01-01", region: "new york" },
      "Jo Lee",
      undefined,
      "New York",
    ],
  ])("find the lead in any shape: %j", (leadData, name, age, state) => {
    const [self] = personasFor(leadData, 1);
    expect(self?.name).toBe(name);
    expect(self?.location.endsWith(state)).toBe(true);
    if (age !== undefined) expect(self?.age).toBe(age);
  });

  test("have the household of the example in the README, which counts it", () => {
    const { leadData } = JSON.parse(readFileSync(EXAMPLE, "utf8")) as { leadData: unknown };
    for (const { household } of personasFor(leadData))
      expect(household).toMatch(/^Married, two children, in/);
  });

  test.each([
    [{ state: "DC" }, /, DC$/],
    [{ zip: "06103" }, /, Connecticut$/],
    [{ address: { postal_code: "10001-1234" } }, /, New York$/],
    [{ city: "Austin", state: "tx" }, /^Austin, Texas$/],
  ])("live where the lead lives: %j", (leadData, location) => {
    expect(personasFor(leadData, 1)[0]?.location).toMatch(location);
  });

  test("never say the same thing twice", () => {
    const goals = "A low monthly premium, preventive care at no cost";
    for (const persona of personasFor({ ...MARIA, goals }, 10)) {
      const { coverageNeeds, priorities, concerns, questionsToAsk } = persona;
      for (const list of [coverageNeeds, priorities, concerns, questionsToAsk])
        expect(new Set(list.map((one) => one.toLowerCase())).size).toBe(list.length);
    }
  });

  test("leave out what a schema does not have, and fill what only it has", () => {
    const properties = { ...FIELDS, motto: { type: "string" }, age: { type: "string" } };
    const people = { type: "array", items: { type: "object", properties }, minItems: 2, maxItems: 2 };
    const schema = { type: "object", properties: { people } };
    const messages = [{ role: "user", content: JSON.stringify({ name: "Ana Ray", age: 40 }) }];
    const response_format = { type: "json_schema", json_schema: { name: "people", schema } };
    const answer = JSON.parse(writeAnswer(readChatRequest({ model: "m", messages, response_format }), 1));
    expect(answer.people).toMatchObject([{ name: "Ana Ray" }, {}]);
    for (const person of answer.people) {
      expect(person).toMatchObject({ motto: expect.stringMatching(/^\S+ \S+/), age: expect.any(String) });
      expect(Object.keys(person).sort()).toEqual(Object.keys(properties).sort());
    }
  });

  test.each([
    [{}],
    [[]],
    [{ a: [[[{ b: null }]]] }],
    [{ age: "old", income: "???", state: 7, household: [] }],
  ])("come for a lead that says nothing: %j", (leadData) => {
    expect(personasFor(leadData)).toHaveLength(3);
  });

  test("leave nothing unsaid and no gap in a sentence", () => {
    const leads = [
      MARIA,
      {},
      { age: 70 },
      { age: 19 },
      { age: 12 },
      { householdSize: 5, pregnant: true, smoker: "yes" },
    ];
    const text = leads
      .flatMap((lead) => personasFor(lead, 10))
      .map((persona) => JSON.stringify(persona))
      .join("\n");
    expect(text).not.toMatch(/undefined|null|NaN|\{\w+\}|""/);
  });

  test("keep money in proportion to income and age", () => {
    for (const income of [18_000, 45_000, 90_000, 250_000]) {
      for (const { budget, annualIncomeUsd } of personasFor({ age: 45, income }, 10)) {
        expect(budget.monthlyPremiumUsd * 12).toBeLessThan(annualIncomeUsd * 0.16);
        expect(Math.abs(annualIncomeUsd - income)).toBeLessThanOrEqual(income * 0.16);
      }
    }
    for (const { preferredPlanType } of personasFor({ age: 72 }, 5))
      expect(preferredPlanType).toContain("Medicare");
  });

  test("are new ones when the same is asked again, and the same for the same call", () => {
    expect(personasText(MARIA)).not.toBe(personasText(MARIA));
    calls -= 1;
    const again = personasText(MARIA);
    calls -= 1;
    expect(personasText(MARIA)).toBe(again);
  });
});

describe("a schema that is not known", () => {
  test("is filled by its types and bounds", () => {
    const schema = {
      type: "object",
      $defs: { tag: { type: "string", enum: ["red", "blue"] } },
      properties: {
        tags: { type: "array", items: { $ref: "#/$defs/tag" }, minItems: 2, maxItems: 4 },
        share: { type: "number", minimum: 0.2, maximum: 0.8 },
        whole: { type: "integer", exclusiveMinimum: 3, maximum: 5 },
        maybe: { type: ["string", "null"], minLength: 30 },
        either: { anyOf: [{ const: "yes" }, { type: "null" }] },
        day: { type: "string", format: "date" },
        deep: { type: "object", properties: { on: { type: "boolean" } } },
      },
    };
    const shape = z.strictObject({
      tags: z.array(z.enum(["red", "blue"])).check(z.minLength(2), z.maxLength(4)),
      share: z.number().check(z.gte(0.2), z.lte(0.8)),
      whole: z.int().check(z.gte(4), z.lte(5)),
      maybe: z.nullable(z.string().check(z.minLength(30))),
      either: z.nullable(z.literal("yes")),
      day: z.iso.date(),
      deep: z.strictObject({ on: z.boolean() }),
    });
    for (let seed = 0; seed < 50; seed++) {
      expect(z.safeParse(shape, fillSchema(schema, seededFaker(String(seed)))).error).toBeUndefined();
    }
  });

  test("that contains itself comes to an end", () => {
    const node = {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#" }, minItems: 1 } },
    };
    expect(() =>
      JSON.stringify(fillSchema({ ...node, properties: { child: { $ref: "#" } } }, seededFaker(""))),
    ).not.toThrow();
  });
});

describe("Newton", () => {
  function say(text: string, { earlier = [] as Message[] } = {}): string {
    const messages = [...earlier, { role: "user", content: text }];
    return writeAnswer(readChatRequest({ model: "gpt-6-luna", messages }), ++calls);
  }
  const words = (text: string) => text.split(/\s+/).length;

  test.each([
    ["What is a deductible?", /deductible/i],
    ["Why are premiums so high?", /premium/i],
    ["What is the difference between a copay and coinsurance?", /copay/i],
    ["Should I take an HMO or a PPO?", /network/i],
    ["Is an HSA worth it?", /HSA/],
    ["I turn 65 soon, what about Medicare?", /Medigap/],
    ["Is my insulin covered?", /formulary|list/i],
    ["What is my worst case, the out-of-pocket maximum?", /maximum/i],
    ["Is it too late to enroll?", /open enrollment|open period/i],
    ["Can I get a subsidy?", /tax credit/i],
    ["Do I need dental insurance?", /dental/i],
    ["How do I cover my kids?", /children/i],
    ["I have asthma, can they refuse me?", /condition|treatment|specialist/i],
    ["I am moving to Ohio", /state/i],
    ["I lost my job", /COBRA/],
    ["We are expecting a baby", /birth|deliver|midwife/i],
    ["I am a freelancer", /income|profit/i],
    ["Does it pay for a therapist?", /therap/i],
    ["My claim was denied", /appeal/i],
    ["Bronze or Gold?", /Bronze/],
    ["hello", /Newton/],
    ["Who won the game last night?", /health insurance|coverage|premium/i],
  ])("answers %j with something worth reading", (question, expected) => {
    for (let i = 0; i < 20; i++) {
      const answer = say(question);
      expect(answer).toMatch(expected);
      expect(words(answer)).toBeGreaterThanOrEqual(80);
      expect(words(answer)).toBeLessThanOrEqual(200);
      expect(answer).not.toMatch(/undefined|\{\w+\}/);
      expect(answer).toMatch(/^- \*\*[^*]+\*\*.*\n- /m);
    }
  });

  test("says the same for the same call", () => {
    const request = readChatRequest({
      model: "m",
      messages: [{ role: "user", content: "What is a copay?" }],
    });
    expect(writeAnswer(request, 7)).toBe(writeAnswer(request, 7));
  });

  test("does not always use the same words", () => {
    const answers = new Set(Array.from({ length: 20 }, () => say("What is a deductible?")));
    expect(answers.size).toBeGreaterThan(5);
  });

  test("stays with the subject when a short message has none of its own", () => {
    const earlier = [
      { role: "user", content: "What is an HSA?" },
      { role: "assistant", content: "An account." },
    ];
    expect(say("why?", { earlier })).toMatch(/^Staying with health savings accounts/);
  });

  const known = {
    name: "Ravi Iyer",
    age: 51,
    location: "Fresno, California",
    budget: { monthlyPremiumUsd: 380 },
  };

  test("takes a user's message that ends in JSON, before the conversation, for the persona and not for a question", () => {
    const earlier: Message[] = [
      { role: "user", content: `Data about somebody with a deductible: ${JSON.stringify(known)}` },
    ];
    expect(say("How high is a fair premium?", { earlier })).toMatch(/Ravi.*\$380/);
    expect(say("What would you say?", { earlier })).toMatch(/^Ravi is 51 and lives in Fresno, California/);
  });
});

describe("the real pace", () => {
  const paces = createPaceBook("real");
  const seconds = (work: "personas" | "chat", text: string) => {
    const pace = paces.paceFor(work, "");
    const { firstAfterMs, intervalMs } = rhythmOf(pace, undefined);
    return (firstAfterMs + intervalMs * splitTokens(text, undefined).length) / 1000;
  };

  test("takes 5 to 7 seconds for three personas, and some seconds for an answer", () => {
    const took = Array.from({ length: 20 }, () => seconds("personas", personasText(MARIA)));
    expect(Math.min(...took)).toBeGreaterThan(4.5);
    expect(Math.max(...took)).toBeLessThan(7.5);
    const answer = writeAnswer(
      readChatRequest({ model: "m", messages: [{ role: "user", content: "HSA?" }] }),
      1,
    );
    expect(seconds("chat", answer)).toBeGreaterThan(1.5);
    expect(seconds("chat", answer)).toBeLessThan(7);
  });

  test("cuts a text into tokens that make it up again", () => {
    const text = 'Naïve café: 👩‍⚕️ costs $1,250.00 — “fair”?\n\n\tYes… {"a":[1,2]}';
    expect(splitTokens(text, undefined).join("")).toBe(text);
    expect(splitTokens(text, 3).join("")).toBe(text);
    expect(splitTokens(text, undefined).every((token) => token.isWellFormed())).toBe(true);
  });
});
