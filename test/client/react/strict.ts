import { configure, renderHook } from "@testing-library/react";

configure({ reactStrictMode: true, asyncUtilTimeout: 10_000 });

/** Renders a hook as Strict Mode does, twice and with its effects taken away once, and keeps what it gave. */
export function renderStrict<R, P>(hook: (props: P) => R, initialProps: P) {
  const seen: R[] = [];
  const rendered = renderHook(
    (props: P) => {
      const result = hook(props);
      seen.push(result);
      return result;
    },
    { initialProps },
  );
  return { ...rendered, seen, hook: () => rendered.result.current };
}

/** The values that came one after the other, each once. */
export function changesOf<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => value !== values[index - 1]);
}
