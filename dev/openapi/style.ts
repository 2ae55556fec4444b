/** Light and dark by the reader's own setting; one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2330; --quiet: #5a6577; --paper: #fbfaf7; --card: #fff; --line: #e3e0d8; --accent: #0b6e62; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf0; --quiet: #a3adbd; --paper: #11161d; --card: #181f29; --line: #2a3442; --accent: #5fd0c0; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 1.5rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: 0; padding: 0; } nav li { margin: .25rem 0; overflow-wrap: anywhere; } nav h2 { margin: 1.5rem 0 .25rem; font-size: .8rem; }
nav .home { font-weight: 700; font-size: 1.1rem; color: var(--ink); }
main { padding: 2rem clamp(1rem, 4vw, 4rem) 6rem; max-width: 64rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1rem; } main > h2 { margin: 3rem 0 1rem; font-size: 1.4rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; } nav a { text-decoration: none; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.5rem; margin: 0 0 1.25rem; }
code, pre { font: .86em/1.55 ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { overflow-x: auto; padding: 1rem; border-radius: 8px; background: var(--paper); border: 1px solid var(--line); }
.method { display: inline-block; min-width: 3.4rem; font: 700 .7rem/1.4 ui-monospace, monospace; color: var(--accent); }
.quiet { color: var(--quiet); font-size: .875rem; margin: .25rem 0 1rem; } .codes { font-size: .875rem; line-height: 2; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-size: .9rem; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); } th { color: var(--quiet); font-weight: 600; }
tr:target td { background: color-mix(in srgb, var(--accent) 18%, transparent); }
summary { cursor: pointer; color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 800px) { body { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } }
`;
