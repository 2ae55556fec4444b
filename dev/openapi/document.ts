import { PROBLEMS } from "../../src/http/errors.ts";
import { EXAMPLES } from "./examples.ts";
import { HEADERS, headerRefs, headersOfProblems } from "./headers.ts";
import { type Answer, type Route, TAGS } from "./route.ts";
import { ROUTES } from "./routes/index.ts";
import { componentSchemas, type SchemaName } from "./schemas.ts";

type Json = Record<string, unknown>;

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

function content({ schema, mediaType }: Answer): Json {
  if (schema) return { "application/json": { schema: ref(schema), example: EXAMPLES[schema] } };
  return mediaType ? { [mediaType]: { schema: { type: "string" } } } : {};
}

function answers(route: Route): [string, Json][] {
  return Object.entries(route.answers).map(([status, forms]) => {
    const bodies = Object.assign({}, ...forms.map(content)) as Json;
    const description = forms.map((form) => form.description).join("; or: ");
    const headers = headerRefs(forms.flatMap((form) => form.headers ?? []));
    return [status, { description, headers, ...(Object.keys(bodies).length > 0 && { content: bodies }) }];
  });
}

/** One answer for each status, since OpenAPI knows no other way; the codes are told apart by `code`. */
function problems(route: Route): [string, Json][] {
  const answered = Object.values(route.answers).flatMap((forms) =>
    forms.flatMap(({ headers = [] }) => headers),
  );
  const byStatus = Map.groupBy(new Set(route.problems), (code) => String(PROBLEMS[code].status));
  return [...byStatus].map(([status, same]) => {
    const schema = { allOf: [ref("Problem"), { properties: { code: { enum: same } } }] };
    const description = same.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("; ");
    const headers = headerRefs(headersOfProblems(same, answered));
    return [status, { description, headers, content: { "application/problem+json": { schema } } }];
  });
}

/** A status that is both an answer and a problem, such as 503 of `ready`, has both bodies. */
function responses(route: Route): Json {
  const all: Record<string, Json> = Object.fromEntries(answers(route));
  for (const [status, problem] of problems(route)) {
    const there = all[status];
    const bodies = { ...(there?.content as Json), ...(problem.content as Json) };
    const description = [there?.description, problem.description].filter(Boolean).join("; or: ");
    const headers = { ...(there?.headers as Json), ...(problem.headers as Json) };
    all[status] = { description, headers, content: bodies };
  }
  return all;
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
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: ref(body), example: EXAMPLES[body] } },
      },
    }),
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
