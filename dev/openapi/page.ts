import { PROBLEMS } from "../../src/http/errors.ts";
import { EXAMPLES } from "./examples.ts";
import { type Route, TAGS } from "./route.ts";
import { ROUTES } from "./routes/index.ts";
import { STYLE } from "./style.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
/** Backticks in our texts mark code. */
const prose = (text: string) => escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
const anchor = ({ method, path }: Route) => `${method}${path.replace(/[^a-z]+/gi, "-")}`.replace(/-$/, "");
const json = (value: unknown) =>
  `<pre tabindex="0"><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;

const ACCESS = {
  user: "Bearer token, where callers sign in",
  admin: "The administrator's bearer",
  anyone: "Open to anyone",
};

function parameters({ parameters: given = [] }: Route): string {
  if (given.length === 0) return "";
  const rows = given.map(
    ({ name, in: place, required, description }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required ? ", required" : ""}</td><td>${prose(description)}</td></tr>`,
  );
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function answers(route: Route): string {
  const rows = Object.entries(route.answers).flatMap(([status, forms]) =>
    forms.map(
      ({ description, schema, mediaType }) =>
        `<tr><td>${status}</td><td>${escapeHtml(mediaType ?? (schema ? "application/json" : "no body"))}</td><td>${prose(description)}</td></tr>`,
    ),
  );
  return `<table><thead><tr><th>Status</th><th>Body</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function example(label: string, name: keyof typeof EXAMPLES | undefined): string {
  return name ? `<details><summary>${label}</summary>${json(EXAMPLES[name])}</details>` : "";
}

function section(route: Route): string {
  const first = Object.values(route.answers)
    .flat()
    .find(({ schema }) => schema)?.schema;
  const codes = route.problems.map((code) => `<a href="#${code}"><code>${code}</code></a>`).join(" ");
  return `<section id="${anchor(route)}">
<h3><span class="method ${route.method}">${route.method.toUpperCase()}</span> <code>${escapeHtml(route.path)}</code></h3>
<p><strong>${prose(route.summary)}.</strong> ${prose(route.description)}</p>
<p class="quiet">${ACCESS[route.access]}</p>
${parameters(route)}${answers(route)}
${example("Example of a request", route.body)}${example("Example of an answer", first)}
<p class="codes">Problems: ${codes}</p>
</section>`;
}

function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, retryable }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${prose(title)}</td><td>${retryable ? "may succeed later" : "stays"}</td></tr>`,
  );
  return `<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th><th>Again?</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function contents(): string {
  const parts = Object.entries(TAGS).map(([tag, { title }]) => {
    const links = ROUTES.filter((route) => route.tag === tag).map(
      (route) =>
        `<li><a href="#${anchor(route)}"><span class="method ${route.method}">${route.method.toUpperCase()}</span> ${escapeHtml(route.path)}</a></li>`,
    );
    return `<h2>${title}</h2><ul>${links.join("")}</ul>`;
  });
  return `${parts.join("")}<h2>Problems</h2><ul><li><a href="#problems">Every code</a></li></ul>`;
}

/** The page at /docs: one file, no script, nothing from elsewhere. */
export function docsPage(version: string): string {
  const parts = Object.entries(TAGS).map(([tag, { title }]) => {
    const sections = ROUTES.filter((route) => route.tag === tag).map(section);
    return `<h2>${title}</h2>${sections.join("\n")}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AskNewton Edge: API</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><a class="home" href="/">AskNewton Edge</a><p class="quiet">API, version ${escapeHtml(version)}</p>${contents()}</nav>
<main>
<h1>The API</h1>
<p>Personas, portraits and chat for choosing health insurance, made by AI. Newton is an AI assistant and no licensed agent; its answers can be wrong. The same as a document for tools: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${parts.join("\n")}
<h2 id="problems">Problems</h2>
<p>Every error is <code>application/problem+json</code> (RFC 9457) with a stable <code>code</code> and the request's id.</p>
${json(EXAMPLES.Problem)}
${problemTable()}
</main>
</body>
</html>
`;
}
