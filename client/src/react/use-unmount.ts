import { useEffect, useRef } from "react";

/**
 * Calls `cleanUp` once the component is unmounted. Strict Mode, and a tree that is hidden and shown at once, take
 * a component away and put it back in one go: that is not an unmount.
 */
export function useUnmount(cleanUp: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(timer.current);
    return () => {
      timer.current = setTimeout(cleanUp, 0);
    };
  }, [cleanUp]);
}
