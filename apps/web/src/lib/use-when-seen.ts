import type { RefObject } from "react";
import { useEffect, useEffectEvent } from "react";

/** Calls once the element is on the screen. */
export function useWhenSeen(element: RefObject<Element | null>, onSeen: () => void): void {
  const say = useEffectEvent(onSeen);
  useEffect(() => {
    if (!element.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && say(),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
}
