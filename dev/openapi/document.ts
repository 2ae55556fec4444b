import { PROBLEMS } from "../../src/http/errors.ts";
import { EXAMPLES } from "./examples.ts";
import { HEADERS, type HeaderName, headerRefs, headersOfProblems } from "./headers.ts";
import { type Route, TAGS } from "./route.ts";
import { ROUTES } from "./routes/index.ts";
import { componentSchemas, type SchemaName } from "./schemas.ts";

type Json = Record<string, unknown>;

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

const json = (name: SchemaName) => ({
  "application/json": { schema: ref(name), example: EXAMPLES[name] },
});

/** One of the things that a status may mean. */
interface Meaning {
  readonly status: string;
  readonly description: string;
  readonly headers: readonly HeaderName[];
  readonly content: Json;
}

function answers(route: Route): Meaning[] {
  return Object.entries(route.answers).flatMap(([status, forms]) =>
    forms.map(({ description, headers = [], schema, mediaType }) => {
      const text = mediaType ? { [mediaType]: { schema: { type: "string" } } } : {};
      return { status, description, headers, content: schema ? json(schema) : text };
    }),
  );
}

/** What goes wrong with one status differs in its `code`. `answered`: the headers of the route's answers. */
function problems(route: Route, answered: readonly HeaderName[]): Meaning[] {
  const byStatus = Map.groupBy(new Set(route.problems), (code) => String(PROBLEMS[code].status));
  return [...byStatus].map(([status, same]) => {
    const schema = { allOf: [ref("Problem"), { properties: { code: { enum: same } } }] };
    const description = same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("; ");
    const headers = headersOfProblems(same, answered);
    return { status, description, headers, content: { "application/problem+json": { schema } } };
  });
}

/** One answer for each status, since OpenAPI knows no other way: 503 of `ready` is both an answer and a problem. */
function responses(route: Route): Json {
  const answered = answers(route);
  const all = [
    ...answered,
    ...problems(
      route,
      answered.flatMap(({ headers }) => headers),
    ),
  ];
  const byStatus = Map.groupBy(all, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, meanings]) => {
      const content = Object.assign({}, ...meanings.map((meaning) => meaning.content)) as Json;
      const description = meanings.map((meaning) => meaning.description).join("; or: ");
      const headers = headerRefs(meanings.flatMap((meaning) => meaning.headers));
      return [status, { description, headers, ...(Object.keys(content).length > 0 && { content }) }];
    }),
  );
}

const SECURITY = { user: [{ bearer: [] }, {}], admin: [{ admin: [] }], anyone: [] };

function operation(route: Route): Json {
  const { operationId, summary, description, tag, body, parameters = [], access } = route;
  return {
    operationId,
    summary,
    description,
    tags: [tag],
    security: SECURITY[access],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: responses(route),
  };
}

const DESCRIPTION = `Personas, portraits and chat for choosing health insurance, made by AI. Newton, who answers in the chat, is an AI assistant and no licensed agent: its answers can be wrong, and are no medical, legal or tax advice. Portraits are AI-generated.

US social security numbers, Medicare identifiers and payment card numbers in chats and leads are replaced by \`[removed]\` before anything is kept or sent.

Errors are RFC 9457 problems with a stable \`code\`. What is not here answers 404 \`not_found\` (a trailing slash makes another path), and a method that a path does not have 405 \`method_not_allowed\` with \`Allow\`; HEAD is known wherever GET is.

Bodies are \`application/json\`, at most 64 KiB (chat and pregeneration 1 MiB), nested 32 deep at most, with numbers that a double holds and text that is Unicode.

Every response carries \`X-Request-Id\`; a caller's own (1 to 128 letters, digits, \`.\`, \`_\` and \`-\`) is kept. All carry \`X-Content-Type-Options\` and \`Referrer-Policy\`, over https \`Strict-Transport-Security\`; portraits \`Cross-Origin-Resource-Policy: cross-origin\`. Pages of \`ALLOWED_ORIGINS\` may read them.

Where callers sign in (\`JWT_SECRET\` or \`JWT_JWKS_URL\`) a bearer is needed; elsewhere it is not looked at. Without \`ADMIN_TOKEN\` the administration is not there: 404.`;

/** The OpenAPI 3.1 document of every route under /api and /images. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "AskNewton Edge",
      version,
      description: DESCRIPTION,
      contact: { name: "Whoever runs this service" },
    },
    servers: [{ url: "/" }],
    tags: Object.entries(TAGS).map(([name, { description }]) => ({ name, description })),
    paths,
    components: {
      schemas: componentSchemas(),
      headers: HEADERS,
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "Where callers sign in.",
        },
        admin: { type: "http", scheme: "bearer", description: "The ADMIN_TOKEN." },
      },
    },
  };
}
