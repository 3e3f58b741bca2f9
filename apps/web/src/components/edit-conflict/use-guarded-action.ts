import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem } from "@/api/client";
import { differences } from "./merge";
import type { Read } from "./use-guarded-save";

/** What something says, by what each fact is called, in the version that a person has seen. */
export type Seen = Read<Readonly<Record<string, string | null>>>;

/** Of what nobody edits, or nobody has chosen yet. */
export const nothingSeen: Seen = { values: {}, version: 0, by: null };

/** What somebody else changed: what the person has seen of it, and what it is now. */
export type Changed = {
  by: string | null;
  facts: readonly { name: string; was: string | null; is: string | null }[];
};

type Options<Said, Done> = {
  /** What the person sees; a dialog keeps what it was opened with. */
  seen: Seen;
  lookAgain: () => Promise<Seen>;
  /** Does it to the version that was seen, with `If-Match`. */
  act: (said: Said, version: number) => Promise<Done>;
  onDone?: (done: Done, said: Said) => void;
  /** Where no dialog says why it was not done. */
  onRefused?: (error: unknown) => void;
  onChanged?: (changed: Changed) => void;
  /** Whatever became of it. */
  onSettled?: () => void;
};

class ChangedMeanwhile extends Error {
  readonly changed: Changed;

  constructor(changed: Changed) {
    super("somebody else changed it meanwhile");
    this.changed = changed;
  }
}

const changedOf = (seen: Seen, now: Seen): Changed => ({
  by: now.by,
  facts: differences(seen.values, now.values, seen.values).map(({ name }) => ({
    name,
    was: seen.values[name] ?? null,
    is: now.values[name] ?? null,
  })),
});

/**
 * Does something to what a person has seen, and never to what somebody else made of it.
 *
 * When it was changed meanwhile, `changed` says what, and doing it again goes on from there.
 */
export function useGuardedAction<Said, Done>(options: Options<Said, Done>) {
  const { lookAgain, act, onDone, onRefused, onChanged, onSettled } = options;
  const [told, setTold] = useState(options.seen);
  const seen = told.version > options.seen.version ? told : options.seen;
  const mutation = useMutation({
    mutationFn: async (said: Said) => {
      try {
        return await act(said, seen.version);
      } catch (error) {
        if (!(error instanceof ApiProblem && error.status === 412)) throw error;
        const now = await lookAgain();
        setTold(now);
        throw new ChangedMeanwhile(changedOf(seen, now));
      }
    },
    onSuccess: onDone,
    onError: (error) =>
      error instanceof ChangedMeanwhile ? onChanged?.(error.changed) : onRefused?.(error),
    onSettled,
  });
  const changed = mutation.error instanceof ChangedMeanwhile ? mutation.error.changed : null;
  return {
    run: mutation.mutate,
    changed,
    isBusy: mutation.isPending,
    error: changed ? null : mutation.error,
    /** For something else that is acted on. */
    startAnew: () => {
      setTold(nothingSeen);
      mutation.reset();
    },
  };
}
