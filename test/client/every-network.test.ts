import fc from "fast-check";
import { expect, it } from "vitest";
import { generatePersonas, streamChat } from "../../client/src/index.ts";
import { startHostileService } from "./support/hostile-service.ts";
import { QUESTION, watched } from "./support/read.ts";
import { answerOf } from "./support/runs.ts";
import type { Fault } from "./support/wire-faults.ts";

const RUNS = 150;

const after = fc.nat(400);
const silence: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("silence" as const), after }),
  fc.constant({ kind: "silence-before-head" } as const),
);
const loudFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("cut" as const), after }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), after }) },
  { weight: 2, arbitrary: fc.constant({ kind: "drop-before-head" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "buffer" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      status: fc.constantFrom(200, 408, 429, 500, 502, 503, 504, 524),
      body: fc.constantFrom("", "<html>", "{}", "null", '{"message":{}}'),
    }),
  },
);
const network = fc.record({
  faults: fc.array(fc.oneof({ weight: 6, arbitrary: loudFault }, silence), { maxLength: 6 }),
  jsonFaults: fc.array(loudFault, { maxLength: 3 }), // a whole answer is silent for minutes by right
  sizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
});

/** What breaks parsers: line breaks of every kind, the field's own name, a byte order mark, halves of a pair. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
  fc.constantFrom("\n\n", "\r", "\r\n", "data: ", "\u2028", "\uFEFF", "id: 9\n\n", "👩🏽‍⚕️"),
);

function cycle(sizes: readonly number[]): () => number {
  let at = 0;
  return () => sizes[at++ % sizes.length] ?? 1;
}

it("no network that lets anything through loses, doubles or reorders a word, or pays twice", async () => {
  const service = await startHostileService();
  const pieces = fc.array(text, { maxLength: 12 });
  const property = fc.asyncProperty(pieces, fc.boolean(), network, async (pieces, again, net) => {
    service.runs.length = 0;
    Object.assign(service, { ...net, faults: [...net.faults], jsonFaults: [...net.jsonFaults] });
    service.nextSize = cycle(net.sizes);
    const first = again ? [{ content: "void" }, { reset: true }] : [];
    service.scripts = [[...first, ...answerOf(pieces)]];
    const { options, types, shown } = watched(service, {
      heartbeatMs: 12,
      reconnect: { baseMs: 1, maxMs: 2, attempts: 20 },
    });
    expect(await shown(streamChat(QUESTION, options))).toBe(pieces.join(""));
    expect(types().filter((type) => type === "done")).toHaveLength(1);
    expect(service.runs).toHaveLength(1);
  });
  await fc.assert(property, { numRuns: RUNS });
  await service.close();
}, 120_000);

it("the same holds for personas, which may begin again", async () => {
  const service = await startHostileService();
  const names = fc.array(fc.uuid(), { minLength: 1, maxLength: 4 });
  let leads = 0;
  const property = fc.asyncProperty(names, fc.boolean(), network, async (ids, again, net) => {
    leads += 1;
    service.runs.length = 0;
    Object.assign(service, { ...net, faults: [...net.faults], jsonFaults: [...net.jsonFaults] });
    service.nextSize = cycle(net.sizes);
    const personas = ids.map((id) => ({ persona: { id, imageStatus: "pending" } }));
    const last = { done: true, setId: "s", fromCache: false, createdAt: "2026-11-01T00:00:00.000Z" };
    const first = again ? [{ persona: { id: "void" } }, { reset: true }] : [];
    service.scripts = [[...first, ...personas, last]];

    let seen: string[] = [];
    const set = await generatePersonas(
      { leadData: { leads } },
      {
        baseUrl: service.origin,
        heartbeatMs: 12,
        reconnect: { baseMs: 1, maxMs: 2, attempts: 20 },
        onPersona: ({ id }) => void seen.push(id),
        onReset: () => {
          seen = [];
        },
      },
    );
    expect(set.personas.map(({ id }) => id)).toEqual(ids);
    expect(seen).toEqual(ids);
    expect(service.runs).toHaveLength(1);
  });
  await fc.assert(property, { numRuns: RUNS });
  await service.close();
}, 120_000);
