import { useState } from "react";

export type Selection = {
  ids: ReadonlySet<string>;
  /** Takes one in or out. With `isRange` also all between it and the one before. */
  toggle: (id: string, isRange?: boolean) => void;
  setAll: (ids: readonly string[]) => void;
  clear: () => void;
};

/** As many as the API changes at once. */
export const mostSelected = 500;

/** Which of the rows are selected. Rows that are gone are selected no more. */
export function useSelection(rows: readonly { id: string }[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<string | null>(null);
  const ids = new Set(rows.map(({ id }) => id).filter((id) => chosen.has(id)));
  const choose = (next: Iterable<string>) => setChosen(new Set([...next].slice(0, mostSelected)));
  const toggle = (id: string, isRange = false) => {
    setLast(id);
    if (isRange && last !== null) return choose([...ids, ...between(rows, last, id)]);
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  return { ids, toggle, setAll: choose, clear: () => choose([]) };
}

function between(rows: readonly { id: string }[], one: string, other: string): string[] {
  const places = [one, other].map((id) => rows.findIndex((row) => row.id === id));
  const [first = 0, last = 0] = places.sort((a, b) => a - b);
  return rows.slice(Math.max(0, first), last + 1).map(({ id }) => id);
}
