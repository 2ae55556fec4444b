import { compiler, type MarkdownToJSX } from "markdown-to-jsx/react";
import { type AnchorHTMLAttributes, memo, type ReactNode } from "react";
import remend from "remend";
import { markdownBlocks } from "./markdown-blocks.ts";

/** A last line that has nothing but signs yet: what they mean is decided by what comes next. */
const ONLY_SIGNS = /(^|\n)[ >]{0,8}[-+*_~`#|:=]{1,8} ?$/;
const OUTSIDE = /^https?:\/\//i;

/** Leads away from here, and says so. Anything but a web address is text. */
function Link({ href, children }: AnchorHTMLAttributes<HTMLAnchorElement>) {
  if (!href || !OUTSIDE.test(href)) return <span>{children}</span>;
  return (
    <a className="outside" href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <path d="M3 1h6v6M9 1 1 9" />
      </svg>
      <span className="unseen"> (another site, in a new tab)</span>
    </a>
  );
}

/** A model's picture is never loaded: its address would tell someone that the answer was read. */
const Picture = ({ alt }: { alt?: string }) => <span>{alt}</span>;

/** Wide ones scroll, so the keyboard has to reach them. */
function Wide({ children }: { children?: ReactNode }) {
  const focusable = { tabIndex: 0 };
  return (
    <section className="wide" aria-label="Table" {...focusable}>
      <table>{children}</table>
    </section>
  );
}

const Heading = ({ children }: { children?: ReactNode }) => <p className="md-heading">{children}</p>;

const OPTIONS: MarkdownToJSX.Options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  forceWrapper: true,
  overrides: {
    a: Link,
    img: Picture,
    table: Wide,
    input: () => null, // the boxes of task lists
    h1: Heading,
    h2: Heading,
    h3: Heading,
    h4: Heading,
    h5: Heading,
    h6: Heading,
  },
};

/** `writing`: its end is not there yet, and what is still open there is closed or held back. */
const Block = memo(function Block({ text, writing }: { text: string; writing: boolean }) {
  return writing
    ? compiler(remend(text.replace(ONLY_SIGNS, "")), { ...OPTIONS, optimizeForStreaming: true })
    : compiler(text, OPTIONS);
});

/** A model's text: no HTML of its own, no picture that loads. */
export default function Markdown({ text, writing }: { text: string; writing: boolean }) {
  const blocks = markdownBlocks(text).map((block, place) => ({ block, place }));
  return blocks.map(({ block, place }) => (
    <Block key={place} text={block} writing={writing && place === blocks.length - 1} />
  ));
}
