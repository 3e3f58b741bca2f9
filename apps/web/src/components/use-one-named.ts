import { useEffect, useEffectEvent } from "react";
import { areAlike } from "@/lib/matching";
import type { Suggestion } from "@/ui/combobox";

export type Named = { id: string; name: string };

type Options<T> = {
  /** What is offered for the text. */
  offered: readonly T[];
  text: string;
  /** What is taken already; null while the text means nothing. */
  value: { id: string } | null;
  onChange: (found: T) => void;
  /** How each is suggested, where a name alone does not tell one from another. */
  labelOf?: (one: T) => string;
};

/**
 * Takes what the text names as soon as it is known: what is pasted or typed fast is there before its
 * suggestions are.
 */
export function useOneNamed<T extends Named>(options: Options<T>): void {
  const { offered, text, value, onChange, labelOf } = options;
  const id = value ? undefined : oneNamed(offered, text, labelOf)?.id;
  const take = useEffectEvent(() => {
    const found = oneNamed(offered, text, labelOf);
    if (found) onChange(found);
  });
  useEffect(() => {
    if (id) take();
  }, [id]);
}

/** The only one with this label, or of this name. */
export function oneNamed<T extends Named>(
  offered: readonly T[],
  text: string,
  labelOf: (one: T) => string = nameOf,
): T | null {
  const isTyped = (spelling: string) => areAlike(spelling, text.trim());
  const labelled = offered.filter((one) => isTyped(labelOf(one)));
  const named = labelled.length > 0 ? labelled : offered.filter(({ name }) => isTyped(name));
  return named.length === 1 ? (named[0] ?? null) : null;
}

const nameOf = ({ name }: Named) => name;

/** What is offered, as a field suggests it. */
export const suggestionsOf = <T extends Named>(
  offered: readonly T[],
  labelOf: (one: T) => string = nameOf,
): Suggestion[] => offered.map((one) => ({ id: one.id, label: labelOf(one) }));
