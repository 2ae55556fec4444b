import { useCallback, useInsertionEffect, useRef } from "react";

/** A function that stays the same from render to render, and does what the latest one says. */
export function useLatestCallback(callback: () => void): () => void {
  const latest = useRef(callback);
  useInsertionEffect(() => {
    latest.current = callback;
  });
  return useCallback(() => latest.current(), []);
}
