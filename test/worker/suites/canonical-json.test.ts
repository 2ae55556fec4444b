import { describe, expect, it } from "vitest";
import { generate, newLead, problemOf, setOf } from "../../support/api.ts";

/** Texts of one value; a cache that takes them for another would answer 504. */
const SPELLINGS = [
  '{"n":100,"s":"€/a","o":{"b":1,"a":[0,1.5]}}',
  '{"o":{"a":[0,1.5],"b":1},"s":"€/a","n":100}',
  ' { "n" : 1e2 , "s" : "\\u20ac\\/\\u0061" , "o" : { "b" : 1.0 , "a" : [ -0.0 , 15E-1 ] } } ',
  '{"s":"\\u20AC/a","n":100.000,"o":{"a":[0e5,0.15e1],"b":10e-1}}',
];
const OTHERS = [
  '{"n":101,"s":"€/a","o":{"b":1,"a":[0,1.5]}}',
  '{"n":"100","s":"€/a","o":{"b":1,"a":[0,1.5]}}',
  '{"n":100,"s":"€/a","o":{"b":1,"a":[1.5,0]}}',
  '{"n":100,"s":"€/A","o":{"b":1,"a":[0,1.5]}}',
  '{"n":100,"s":"€/a","o":{"b":1,"a":[0,1.5],"c":null}}',
  '{"n":100,"s":"€/a","b":1,"o":{"a":[0,1.5]}}',
];

describe("a lead's canonical form", () => {
  it("finds one set under every spelling, and none under another value", async () => {
    const { name } = newLead();
    const body = (text: string) => `{"leadData":{"name":"${name}","v":${text}},"config":{"count":1}}`;
    const { setId } = await setOf(await generate(body(SPELLINGS[0] ?? "")));
    const ifCached = (text: string) => generate(body(text), { "Cache-Control": "only-if-cached" });
    for (const text of SPELLINGS) expect((await setOf(await ifCached(text))).setId).toBe(setId);
    for (const text of OTHERS) expect((await problemOf(await ifCached(text))).code).toBe("not_cached");
  });
});
