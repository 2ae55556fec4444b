import type { Deployment } from "./deployment.ts";

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 11c-2.200-2-7.500-1.400-7.500 4.200 0 5.300 4 9.800 7.500 8.400 3.500 1.400 7.500-3.100 7.500-8.400C23.500 9.600 18.200 9 16 11Z" />
      <path className="stalk" d="M16 10.500c0-2.500 1.400-4 3.600-4.300" />
    </svg>
  );
}

export function TopBar({ label, version }: Pick<Deployment, "label" | "version">) {
  return (
    <header className="top">
      <div className="top-row">
        <a className="brand" href="/">
          <Mark />
          <span>
            AskNewton <span className="brand-edge">Edge</span>
          </span>
        </a>
        <nav className="top-links" aria-label="Documents">
          <span className="version quiet small">{version && `v${version}`}</span>
          <a href="/docs">API</a>
          <a href="/openapi.json">OpenAPI</a>
        </nav>
      </div>
      <div className="label-slot">
        {label && (
          <p className="label">
            <strong>{label}</strong>
            {/stand-in|offline/i.test(label) && <span> Answers are made up; nothing is paid for.</span>}
          </p>
        )}
      </div>
    </header>
  );
}
