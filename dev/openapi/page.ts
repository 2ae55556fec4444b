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

const badge = ({ method }: Route) => `<span class="method ${method}">${method.toUpperCase()}</span>`;

/** Of rows of HTML; one with an id can be linked to. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], ids: readonly string[] = []) {
  const head = heads.map((name) => `<th>${name}</th>`).join("");
  const body = rows.map((cells, at) => {
    const id = ids[at] ? ` id="${ids[at]}"` : "";
    return `<tr${id}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function parameters({ parameters: given = [] }: Route): string {
  const rows = given.map(({ name, in: place, required, description }) => {
    return [`<code>${name}</code>`, required ? `${place}, required` : place, prose(description)];
  });
  return rows.length > 0 ? table(["Parameter", "In", "Meaning"], rows) : "";
}

function answers(route: Route): string {
  const rows = Object.entries(route.answers).flatMap(([status, forms]) =>
    forms.map(({ description, schema, mediaType = schema ? "application/json" : "no body" }) => {
      return [status, mediaType, prose(description)];
    }),
  );
  return table(["Status", "Body", "Meaning"], rows);
}

function example(label: string, name: keyof typeof EXAMPLES | undefined): string {
  return name ? `<details><summary>${label}</summary>${json(EXAMPLES[name])}</details>` : "";
}

function section(route: Route): string {
  const forms = Object.values(route.answers).flat();
  const codes = route.problems.map((code) => `<a href="#${code}"><code>${code}</code></a>`).join(" ");
  return `<section id="${anchor(route)}">
<h3>${badge(route)} <code>${escapeHtml(route.path)}</code></h3>
<p><strong>${prose(route.summary)}.</strong> ${prose(route.description)}</p>
<p class="quiet">${ACCESS[route.access]}</p>
${parameters(route)}${answers(route)}
${example("Example of a request", route.body)}${example("Example of an answer", forms.find(({ schema }) => schema)?.schema)}
<p class="codes">Problems: ${codes}</p>
</section>`;
}

function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, title, retryable }]) => {
    return [`<code>${code}</code>`, `${status}`, prose(title), retryable ? "may succeed later" : "stays"];
  });
  return table(["Code", "Status", "Meaning", "Again?"], rows, Object.keys(PROBLEMS));
}

/** What `show` makes of the routes of each tag, under its title. */
function byTag(show: (routes: readonly Route[]) => string): string {
  const parts = Object.entries(TAGS).map(([tag, { title }]) => {
    return `<h2>${title}</h2>${show(ROUTES.filter((route) => route.tag === tag))}`;
  });
  return parts.join("\n");
}

const link = (route: Route) =>
  `<li><a href="#${anchor(route)}">${badge(route)} ${escapeHtml(route.path)}</a></li>`;
const links = (routes: readonly Route[]) => `<ul>${routes.map(link).join("")}</ul>`;

/** The page at /docs: one file, no script, nothing from elsewhere. */
export function docsPage(version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AskNewton Edge: API</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><a class="home" href="/">AskNewton Edge</a><p class="quiet">API, version ${escapeHtml(version)}</p>${byTag(links)}<h2>Problems</h2><ul><li><a href="#problems">Every code</a></li></ul></nav>
<main>
<h1>The API</h1>
<p>Personas, portraits and chat for choosing health insurance, made by AI. Newton is an AI assistant and no licensed agent; its answers can be wrong. The same as a document for tools: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${byTag((routes) => routes.map(section).join("\n"))}
<h2 id="problems">Problems</h2>
<p>Every error is <code>application/problem+json</code> (RFC 9457) with a stable <code>code</code> and the request's id.</p>
${json(EXAMPLES.Problem)}
${problemTable()}
</main>
</body>
</html>
`;
}
