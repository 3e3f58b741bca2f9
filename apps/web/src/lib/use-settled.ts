import { useDebounced } from "./use-debounced";

const PAUSE_MS = 200;

/** What somebody types, as soon as they pause. */
export const useSettled = (typed: string) => useDebounced(typed, PAUSE_MS);
