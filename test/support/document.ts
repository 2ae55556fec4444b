import { type Schema, Validator } from "@cfworker/json-schema";
import { openApiDocument } from "../../dev/openapi/document.ts";

interface Operation {
  readonly responses: Readonly<Record<string, Documented>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** What the document says of one status: a schema for each media type; no body where there are none. */
export interface Documented {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

type Path = Readonly<Record<string, Operation>>;

interface OpenApi {
  readonly paths: Readonly<Record<string, Path>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly headers: Readonly<Record<string, { readonly required?: boolean; readonly schema: Schema }>>;
  };
}

const { paths, components } = openApiDocument("0.0.0-test") as unknown as OpenApi;

/**
 * The schema, and all in it, without room for members that it does not name: callers must ignore what they do
 * not know, but nothing may be answered that the document does not tell of.
 */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inside = Object.entries(schema).map(([name, value]) => [name, closed(value)]);
  const open = "properties" in schema && !("additionalProperties" in schema);
  return { ...Object.fromEntries(inside), ...(open && { additionalProperties: false }) };
}

const closedComponents = { schemas: closed(components.schemas) };
const validators = new Map<Schema, Validator>();

/** What is wrong with a JSON value by a schema of the document; empty where it is right. */
export function faultsOf(schema: Schema, value: unknown): string[] {
  const $id = "https://document.test/";
  const made =
    validators.get(schema) ??
    new Validator({ $id, ...schema, components: closedComponents }, "2020-12", false);
  validators.set(schema, made);
  return made.validate(value).errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

/** The same by a component's name. */
export function faultsIn(component: string, value: unknown): string[] {
  return faultsOf({ $ref: `#/components/schemas/${component}` }, value);
}

export interface DocumentedPath {
  readonly template: string;
  readonly methods: Path;
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`);
}

const templates = Object.entries(paths).map(([template, methods]) => {
  return { template, methods, pattern: patternOf(template) };
});

/** The document's own path for this one: one without a parameter goes first (OpenAPI 3.1 §4.8.8.2). */
export function documentedPath(pathname: string): DocumentedPath | undefined {
  const exact = paths[pathname];
  return exact
    ? { template: pathname, methods: exact }
    : templates.find(({ pattern }) => pattern.test(pathname));
}

/** HEAD is known wherever GET is (RFC 9110 §9.3.2). */
export function operationOf({ methods }: DocumentedPath, method: string): Operation | undefined {
  return methods[method.toLowerCase()] ?? (method === "HEAD" ? methods.get : undefined);
}

/** What `Allow` says of a path. */
export function allowOf({ methods }: DocumentedPath): string {
  const names = ["get", "post", "put", "patch", "delete"].filter((name) => name in methods);
  return names.flatMap((name) => (name === "get" ? ["GET", "HEAD"] : [name.toUpperCase()])).join(", ");
}

/** The schema that the document has for a media type; `image/*` stands for any image. */
export function schemaFor({ content = {} }: Documented, mediaType: string): Schema | undefined {
  const found = content[mediaType] ?? content[`${mediaType.split("/")[0]}/*`];
  return found?.schema;
}

/** What is wrong with an answer's headers, as far as the document knows of them. */
export function headerFaults({ headers: listed = {} }: Documented, headers: Headers): string[] {
  return Object.entries(components.headers).flatMap(([name, { required, schema }]) => {
    const value = headers.get(name);
    if (value === null) return required ? [`no ${name}`] : [];
    if (!(name in listed)) return [`${name} is not in the document for this status`];
    return faultsOf(schema, value).map((fault) => `${name}: ${fault}`);
  });
}

export const operations = Object.entries(paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ template, method, operation })),
);
