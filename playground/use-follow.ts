import { type RefObject, useEffect, useRef } from "react";

const NEAR_END_PX = 80; // whoever has scrolled further up is reading there

/**
 * Keeps a box scrolled to its end while what is in it grows, unless the person scrolled up. `revision` is what
 * takes them back to the end, such as a question of theirs.
 */
export function useFollow(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  revision: unknown,
): void {
  const following = useRef({ revision, yes: true });
  const lastTop = useRef(0);
  useEffect(() => {
    const [element, inner] = [box.current, content.current];
    if (!element || !inner) return;
    const toEnd = () => {
      if (following.current.yes) element.scrollTop = element.scrollHeight;
    };
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      // The content may have grown since the event's own scroll: only what goes up is the person's.
      if (scrollTop < lastTop.current) following.current.yes = false;
      if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) following.current.yes = true;
      lastTop.current = scrollTop;
    };
    const observer = new ResizeObserver(toEnd);
    observer.observe(inner);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [box, content]);
  useEffect(() => {
    if (following.current.revision === revision) return;
    following.current = { revision, yes: true };
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [box, revision]);
}
