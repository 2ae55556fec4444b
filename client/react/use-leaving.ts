import { useEffect, useRef } from "react";

/**
 * Calls `leave` once the component is gone. Strict Mode, and a tree that is hidden and shown at once, take a
 * component away and put it back in one go: that is not leaving.
 */
export function useLeaving(leave: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(timer.current);
    return () => {
      timer.current = setTimeout(leave, 0);
    };
  }, [leave]);
}
