import { useEffect, useRef } from "react";
import type { Heading } from "@/components/markdown/outline";

/** Goes once to the part that the address names, as soon as it is there: texts come after pages. */
export function useFragment(headings: readonly Heading[]): void {
  const isDone = useRef(false);
  useEffect(() => {
    if (isDone.current || window.location.hash === "") return;
    const id = decoded(window.location.hash.slice(1));
    const part = headings.some((heading) => heading.id === id) && document.getElementById(id);
    if (!part) return;
    isDone.current = true;
    part.scrollIntoView();
  }, [headings]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
