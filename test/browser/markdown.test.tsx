import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import Markdown from "../../playground/markdown.tsx";

const TEXT = `Compare **two plans** for [Ana](https://plans.example/a_b), *in network*, \`HMO_or_PPO\`:

- **HMO**: a ~~visit~~ referral, 5 * 3 = 15
- __PPO__: none
  - ***at all***

1. First
2. Second

| Plan | Deductible |
| --- | ---: |
| HMO | **$500** |
| PPO | $900 |

\`\`\`js
premium ** 12 | 3
\`\`\`

> A **quoted** word.

### The **end**

That is all.`;

const html = (text: string, writing: boolean) =>
  renderToStaticMarkup(<Markdown text={text} writing={writing} />);

/** What a person sees, without code, where every sign is meant. */
const seen = (text: string) =>
  html(text, true)
    .replace(/<(pre|code)>.*?<\/\1>|<pre>.*?<\/pre>/gs, "")
    .replace(/<[^>]+>/g, "");

describe("a text that is being written", () => {
  it("shows no sign of Markdown at any moment, and takes no more than a word back", () => {
    let before = "";
    for (let end = 1; end <= TEXT.length; end++) {
      const now = seen(TEXT.slice(0, end));
      expect(now, TEXT.slice(0, end)).not.toMatch(/\*\*|__|~~|\]\(|`|\||^#|-{2}/m);
      expect(now.length, TEXT.slice(0, end)).toBeGreaterThan(before.length - 12);
      before = now;
    }
  });

  it("is in the end what it is when it was there at once", () => {
    expect(html(TEXT, true)).toBe(html(TEXT, false));
  });
});

describe("a text that means harm", () => {
  it.each([
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    "<iframe src='https://evil.example'></iframe>",
    "![a](https://evil.example/a.png)",
    "![a][b]\n\n[b]: https://evil.example/a.png",
    "[a](javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:a)",
    "<javascript:alert(1)>",
    '<a href="javascript:alert(1)" onclick="alert(1)">a</a>',
    "<style>body{display:none}</style>",
    "- [ ] <svg onload=alert(1)>",
    "a[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
  ])("%s is words", (text) => {
    for (const writing of [true, false]) {
      const made = html(text, writing).replaceAll(/<svg viewBox.*?<\/svg>/gs, ""); // the mark of links is ours
      expect(made).not.toMatch(
        /<(script|img|iframe|style|svg|input|link)|<[^>]*\son\w+=|<[^>]*(javascript|vbscript|data):/i,
      );
    }
  });
});
