import { useDebouncedCallback as useDebounced } from "use-debounce";

// Within the 300 to 500 ms in which a person still feels a click answered at once.
const DELAY_MS = 400;

export interface Debounced<A extends unknown[]> {
  /** Calls `fn`, with the last arguments, once `delay` has passed without another call. */
  (...args: A): void;
  /** Forgets the call that is waiting. */
  cancel(): void;
  /** Makes the call that is waiting now. */
  flush(): void;
}

/**
 * A function that waits until it has not been called for `delay` milliseconds. It stays the same from render
 * to render and calls the `fn` of the latest one; a call that still waits when the component goes is forgotten.
 */
export function useDebouncedCallback<A extends unknown[]>(
  fn: (...args: A) => unknown,
  delay: number = DELAY_MS,
): Debounced<A> {
  return useDebounced(fn, delay);
}
