import { describe, expect, it } from "vitest";
import { allowOf, documentedPath } from "../support/document.ts";
import { type GuardedBody, nameOf, ROUTES } from "../support/guarded-routes.ts";
import { isRefused, knock } from "../support/knock.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const TYPES = [
  "text/plain",
  "application/json5",
  "application/problem+json",
  "application/jsonx",
  "json",
  ";",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "text/plain, application/json",
];
const WORDS = "words-of-a-person";
const EMAIL = "ann@secret.example";

const all = ROUTES.map((route) => ({ name: nameOf(route), route }));
const withBody = ROUTES.flatMap((route) =>
  route.body ? [{ name: nameOf(route), route, body: route.body }] : [],
);

/** The body that validates, with more to it. */
function bodyWith({ with: sample }: GuardedBody, more: object): string {
  return JSON.stringify({ ...sample(WORDS), ...more });
}

/** White space before JSON that validates, until it is one byte too many. */
function oneByteTooMany({ limit, ...body }: GuardedBody): string {
  return bodyWith({ limit, ...body }, {}).padStart(limit + 1, " ");
}

function inPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const size = 16 * 1024;
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(sent, sent + size));
      sent += size;
    },
  });
}

describe.each(all)("$name", ({ route }) => {
  it("takes a request without fault", async () => {
    const response = await knock(route);
    expect(response.status).toBe(route.status);
    await response.text();
  });

  it("answers every other method with 405 and those that there are", async () => {
    const path = documentedPath(route.path);
    const allow = path ? allowOf(path) : "";
    const others = METHODS.filter((method) => !allow.split(", ").includes(method));
    for (const method of others) {
      const response = await knock(route, { method });
      expect([method, response.headers.get("Allow")]).toEqual([method, allow]);
      await isRefused(response, [405, "method_not_allowed"], WORDS);
    }
  });

  it("answers HEAD as GET, without a body, or else with 405", async () => {
    const response = await knock(route, { method: "HEAD" });
    expect(await response.text()).toBe("");
    const get = await knock(route, { method: "GET" });
    expect(response.status).toBe(get.status);
    expect(response.headers.get("Content-Type")).toBe(get.headers.get("Content-Type"));
    await get.body?.cancel();
  });
});

describe.each(withBody)("the body of $name", ({ route, body }) => {
  it("is of no other type", async () => {
    for (const type of TYPES) {
      const response = await knock(route, { headers: { "Content-Type": type }, body: bodyWith(body, {}) });
      await isRefused(response, [415, "unsupported_media_type"], WORDS, EMAIL);
    }
    const untyped = new Blob([bodyWith(body, {})]); // without a type of its own
    const response = await knock(route, { headers: { "Content-Type": "" }, body: untyped });
    await isRefused(response, [415, "unsupported_media_type"], WORDS, EMAIL);
  });

  it("may have its type spelled in any case, with parameters, and come without a length", async () => {
    const headers = { "Content-Type": 'Application/JSON ; charset="utf-8";x=y' };
    const response = await knock(route, { headers, body: inPieces(JSON.stringify(body.with("in pieces"))) });
    expect(response.status).toBe(route.status);
    await response.text();
  });

  it("is not too large, whether it says its length or not", async () => {
    const text = oneByteTooMany(body);
    const headers = { "Content-Length": String(text.length) };
    await isRefused(await knock(route, { body: text, headers }), [413, "payload_too_large"], WORDS, EMAIL);
    await isRefused(await knock(route, { body: inPieces(text) }), [413, "payload_too_large"], WORDS, EMAIL);
    const just = await knock(route, { body: inPieces(text.slice(1)) });
    expect(just.status).toBe(route.status);
    await just.text();
  });

  it("is not nested too deep", async () => {
    for (const levels of [33, 5_000]) {
      const deep = `${"[".repeat(levels - 1)}"${WORDS}"${"]".repeat(levels - 1)}`;
      const text = bodyWith(body, { deep: 0 }).replace('"deep":0', `"deep":${deep}`);
      const { errors } = await isRefused(await knock(route, { body: text }), [400, "invalid_request"], WORDS);
      expect(errors?.[0]?.message).toContain("nested deeper than 32");
    }
  });

  it("has no member that is not known", async () => {
    for (const [member, path] of [
      ["surprise", "/surprise"],
      ["a/b~c", "/a~1b~0c"],
      ["constructor", "/constructor"],
    ]) {
      const response = await knock(route, { body: bodyWith(body, { [member ?? ""]: WORDS }) });
      const { errors } = await isRefused(response, [400, "invalid_request"], WORDS, EMAIL);
      expect(errors?.map((error) => error.path)).toContain(path);
    }
  });

  it("is JSON, in UTF-8, and only that", async () => {
    const texts = [
      "",
      " ",
      WORDS,
      `${bodyWith(body, {})}x`,
      `'${WORDS}'`,
      "\ufeff",
      "NaN",
      "undefined",
      "\0",
    ];
    const bytes = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);
    for (const broken of [...texts, bytes])
      await isRefused(await knock(route, { body: broken }), [400, "invalid_json"], WORDS, EMAIL);
    for (const other of ["null", "[]", "1", '"x"', "true"])
      await isRefused(await knock(route, { body: other }), [400, "invalid_request"]);
  });
});
