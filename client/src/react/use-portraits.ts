import { useEffect } from "react";
import { type FollowPortraitsOptions, followPortraits, type PersonaSet } from "../index.ts";
import { useLatest } from "./use-latest.ts";

/** Calls `onChange` with a set again each time one of its portraits has come, as long as the component is mounted. */
export function usePortraits(
  set: PersonaSet | undefined,
  onChange: (set: PersonaSet) => void,
  options: Omit<FollowPortraitsOptions, "signal">,
): void {
  const latest = useLatest({ onChange, options });
  useEffect(() => {
    if (!set) return;
    const controller = new AbortController();
    const { signal } = controller;
    // The first change ends it: the set that it gives begins the next.
    followPortraits(set, { ...latest.current.options, signal })
      .next()
      .then(({ value }) => value && latest.current.onChange(value))
      .catch(() => {}); // aborted
    return () => controller.abort();
  }, [set, latest]);
}
