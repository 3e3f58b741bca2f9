import { useEffect } from "react";
import type { Heading } from "@/components/markdown/outline";

/** Goes to the part that the address names, once it is there: the text came after the page. */
export function useFragment(headings: readonly Heading[]): void {
  useEffect(() => {
    if (headings.length === 0 || window.location.hash === "") return;
    const id = decodeURIComponent(window.location.hash.slice(1));
    document.getElementById(id)?.scrollIntoView();
  }, [headings]);
}
