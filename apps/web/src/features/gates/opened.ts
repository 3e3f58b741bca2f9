import { useSyncExternalStore } from "react";

/** Which texts of which submission were opened in this visit; kept while the app is open. */
const opened = new Map<string, ReadonlySet<string>>();
const listeners = new Set<() => void>();
const none: ReadonlySet<string> = new Set();

export function markOpened(submissionId: string, documentId: string): void {
  const before = opened.get(submissionId) ?? none;
  if (before.has(documentId)) return;
  opened.set(submissionId, new Set([...before, documentId]));
  for (const listener of listeners) listener();
}

export function useOpened(submissionId: string): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => opened.get(submissionId) ?? none);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
