import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import type { Side, Values } from "./merge";
import { changesOf, differences, merged } from "./merge";

/** What somebody edits, in the version that they read. */
export type Read<V extends Values> = {
  values: V;
  version: number;
  /** Who changed it last; null when nobody did, or a program. */
  by: string | null;
};

export type Conflict<V extends Values> = { base: Read<V>; theirs: Read<V>; mine: V };

type Options<V extends Values, Saved> = {
  /** What was read when editing began. */
  base: Read<V>;
  /** What is there now. */
  readAgain: () => Promise<Read<V>>;
  /** Sends what changed, or the whole of it, with `If-Match`. */
  write: (changes: Partial<V>, version: number, whole: V) => Promise<Saved>;
  /** With what the API answered; with null when there was nothing to send. */
  onSaved: (saved: Saved | null) => void;
};

class Contested<V extends Values> extends Error {
  readonly conflict: Conflict<V>;

  constructor(conflict: Conflict<V>) {
    super("somebody else changed it meanwhile");
    this.conflict = conflict;
  }
}

/**
 * Saves what a person edited, and never over what they have not seen.
 *
 * When somebody else saved meanwhile, `conflict` says what; `settle` saves what was chosen. What
 * concerns none of the form's fields needs no question.
 */
export function useGuardedSave<V extends Values, Saved = unknown>(options: Options<V, Saved>) {
  const { base, readAgain, write, onSaved } = options;
  const [conflict, setConflict] = useState<Conflict<V> | null>(null);

  const attempt = async (from: Read<V>, mine: V): Promise<Saved | null> => {
    const changes = changesOf(from.values, mine);
    if (Object.keys(changes).length === 0) return null;
    try {
      return await write(changes, from.version, mine);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 412)) throw error;
      const theirs = await readAgain();
      const theyChanged = Object.keys(changesOf(from.values, theirs.values)).length > 0;
      const remains = differences(from.values, theirs.values, mine).length > 0;
      if (theyChanged && remains) throw new Contested({ base: from, theirs, mine });
      return attempt(theirs, mine);
    }
  };

  const mutation = useMutation({
    mutationFn: ({ from, mine }: { from: Read<V>; mine: V }) => attempt(from, mine),
    onSuccess: (saved) => {
      setConflict(null);
      onSaved(saved);
    },
    onError: (error) => {
      if (error instanceof Contested) setConflict(error.conflict as Conflict<V>);
    },
  });

  return {
    save: (mine: V) => mutation.mutate({ from: base, mine }),
    settle: (chosen: Readonly<Record<string, Side>>) => {
      if (!conflict) return;
      const { theirs, mine } = conflict;
      mutation.mutate({ from: theirs, mine: merged(theirs.values, mine, chosen) });
    },
    conflict,
    leaveConflict: () => setConflict(null),
    isBusy: mutation.isPending,
    error: mutation.error instanceof Contested ? null : mutation.error,
  };
}
