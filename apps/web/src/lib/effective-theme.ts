import { useSyncExternalStore } from "react";
import type { Theme } from "./theme";
import { useTheme } from "./theme";

const systemIsDark = () => window.matchMedia?.("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  const query = systemIsDark();
  query?.addEventListener("change", listener);
  return () => query?.removeEventListener("change", listener);
}

/** What is on the screen now: the chosen theme, else the system's. For what CSS cannot reach. */
export function useEffectiveTheme(): Theme {
  const system = useSyncExternalStore<Theme>(
    subscribe,
    () => (systemIsDark()?.matches ? "dark" : "light"),
    () => "light",
  );
  return useTheme() ?? system;
}
