import { type RefObject, useInsertionEffect, useRef } from "react";

/** What the latest render that was shown was given, for callbacks that stay the same. */
export function useLatest<T>(value: T): RefObject<T> {
  const ref = useRef(value);
  useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}
