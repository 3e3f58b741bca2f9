import { useSearchParams } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { paths } from "@/lib/paths";
import type { Choice } from "./choice";
import { addressOf, choiceOf } from "./choice";

/** The choice lives in the address, so that it survives a reload, the way back, and being sent on. */
export function useChoice(): [Choice, (choice: Choice) => void] {
  const given = useSearchParams().toString();
  const [choice, setChoice] = useState(() => choiceOf(given));
  const lastGiven = useRef(given);
  useEffect(() => {
    if (lastGiven.current === given) return;
    lastGiven.current = given;
    // A link or the way back led here; while one types, what is given lags behind the address.
    const here = choiceOf(window.location.search);
    setChoice((now) => (addressOf(now) === addressOf(here) ? now : here));
  }, [given]);
  const choose = (next: Choice) => {
    setChoice(next);
    const address = addressOf(next);
    // Not through the router: each letter would ask the server for the page again.
    window.history.replaceState(null, "", address ? `?${address}` : paths.portfolio());
  };
  return [choice, choose];
}
