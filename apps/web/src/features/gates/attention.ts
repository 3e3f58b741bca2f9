import { useEffect, useSyncExternalStore } from "react";
import type { Schemas } from "@/api/client";
import type { Submission } from "./queries";
import { BYTES_A_MINUTE } from "./reading-time";

/** What was seen of a submission in this visit; kept while the app is open, and told to nobody else. */
type Seen = { opened: ReadonlySet<string>; ended: ReadonlySet<string>; ms: number };

const seen = new Map<string, Seen>();
const listeners = new Set<() => void>();
const nothing: Seen = { opened: new Set(), ended: new Set(), ms: 0 };

const seenOf = (submissionId: string): Seen => seen.get(submissionId) ?? nothing;

function mark(submissionId: string, what: "opened" | "ended", documentId: string): void {
  const before = seenOf(submissionId);
  if (before[what].has(documentId)) return;
  seen.set(submissionId, { ...before, [what]: new Set([...before[what], documentId]) });
  for (const listener of listeners) listener();
}

export const markOpened = (submissionId: string, documentId: string) =>
  mark(submissionId, "opened", documentId);

/** The end of the text was on the screen. */
export const markReadToEnd = (submissionId: string, documentId: string) =>
  mark(submissionId, "ended", documentId);

export function useSeen(submissionId: string): Seen {
  return useSyncExternalStore(subscribe, () => seenOf(submissionId));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Counts the time that the page of a submission is in front of somebody. */
export function useTimeSpent(submissionId: string): void {
  useEffect(() => {
    let since = document.hidden ? null : Date.now();
    const add = () => {
      if (since !== null) {
        const before = seenOf(submissionId);
        seen.set(submissionId, { ...before, ms: before.ms + Date.now() - since });
      }
      since = document.hidden ? null : Date.now();
    };
    const timer = setInterval(add, 1000);
    document.addEventListener("visibilitychange", add);
    return () => {
      add();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", add);
    };
  }, [submissionId]);
}

/** What goes with a decision, for the eyes of whoever makes it. */
export function attentionTo(submission: Submission): Schemas["AttentionIn"] {
  const { opened, ended, ms } = seenOf(submission.id);
  return {
    seconds: Math.round(ms / 1000),
    texts: submission.artefacts.map(({ document_id }) => ({
      document_id,
      opened: opened.has(document_id),
      read_to_end: ended.has(document_id),
    })),
  };
}

/** Below this part of its reading time nobody has read a text. */
const HASTY_PART = 0.25;

export type Haste = { unopened: number; unfinished: number; isFast: boolean };

/** What makes a decision look hasty; null when nothing does. */
export function hasteOf(
  submission: Submission,
  { texts, seconds }: Schemas["AttentionIn"],
): Haste | null {
  const bytes = submission.artefacts.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const opened = (texts ?? []).filter((text) => text.opened);
  const haste = {
    unopened: submission.artefacts.length - opened.length,
    unfinished: opened.filter((text) => !text.read_to_end).length,
    isFast: seconds < (bytes / BYTES_A_MINUTE) * 60 * HASTY_PART,
  };
  return haste.unopened > 0 || haste.unfinished > 0 || haste.isFast ? haste : null;
}
