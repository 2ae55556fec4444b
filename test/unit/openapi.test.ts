import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../dev/openapi/document.ts";
import { EXAMPLES } from "../../dev/openapi/examples.ts";
import { docsPage } from "../../dev/openapi/page.ts";
import { PROBLEMS } from "../../src/http/errors.ts";
import { ADMIN_ROUTES } from "../support/admin-routes.ts";
import { documentedPath, faultsIn, operations } from "../support/document.ts";
import { CALLER_ROUTES } from "../support/guarded-routes.ts";

const text = JSON.stringify(openApiDocument("1.2.3"));
const guarded = [...CALLER_ROUTES, ...ADMIN_ROUTES];

/** Of another method on a path that is there, and so of no operation. */
const OF_NO_OPERATION = ["method_not_allowed"];

describe("the OpenAPI document", () => {
  it.each(Object.keys(EXAMPLES))("has an example of %s that is one", (name) => {
    expect(faultsIn(name, EXAMPLES[name as keyof typeof EXAMPLES])).toEqual([]);
    expect(
      faultsIn(name, { ...(EXAMPLES[name as keyof typeof EXAMPLES] as object), surprise: 1 }),
    ).not.toEqual([]);
  });

  it("tells of every problem code, under its own status", () => {
    const codes = operations.flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) => {
        const { allOf = [] } = content?.["application/problem+json"]?.schema ?? {};
        const listed = allOf.flatMap(({ properties }) => Object(properties?.code).enum ?? []) as string[];
        return listed.map((code) => ({ code, status: Number(status) }));
      }),
    );
    for (const { code, status } of codes) expect(PROBLEMS[code as keyof typeof PROBLEMS].status).toBe(status);
    const told = new Set(codes.map(({ code }) => code));
    const missing = Object.keys(PROBLEMS).filter((code) => !told.has(code));
    expect(missing).toEqual(OF_NO_OPERATION);
    for (const code of OF_NO_OPERATION) expect(text).toContain(`\`${code}\``);
  });

  it("has the very routes that the tables of what is refused go through", () => {
    const documented = operations.filter(({ method }) => method !== "head");
    expect(documented.map(({ method, template }) => `${method.toUpperCase()} ${template}`).sort()).toEqual(
      guarded.map(({ method, template }) => `${method} ${template}`).sort(),
    );
    for (const { path, template } of guarded) expect(documentedPath(path)?.template).toBe(template);
  });

  it("refers to nothing that it does not have", () => {
    const { components } = JSON.parse(text) as { components: Record<string, Record<string, unknown>> };
    for (const [, kind = "", name = ""] of text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g))
      expect(components[kind]).toHaveProperty(name);
  });
});

describe("the page that shows it", () => {
  it("has every code where a problem's type points, every path, and nothing from elsewhere", () => {
    const page = docsPage("1.2.3");
    for (const code of Object.keys(PROBLEMS)) expect(page).toContain(`id="${code}"`);
    for (const { template } of operations) expect(page).toContain(template);
    expect(page).not.toMatch(/<script|(?:src|href)="(?:https?:)?\/\//);
    expect(page).toContain("1.2.3");
  });
});
