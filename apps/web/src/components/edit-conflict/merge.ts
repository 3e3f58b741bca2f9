/** What a form edits: fields whose values are the same when their JSON is. */
export type Values = Record<string, unknown>;

export type Side = "theirs" | "mine";

/** A field on which two editors at once do not agree. */
export type Difference<V extends Values> = {
  name: keyof V & string;
  /** Both changed it; otherwise only one did. */
  isContested: boolean;
  /** Who changed it; of a contested field whoever saves decides. */
  proposal: Side;
};

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The fields whose values are not the same, as they are in `after`. */
export function changesOf<V extends Values>(before: V, after: V): Partial<V> {
  const entries = Object.entries(after).filter(([name, value]) => !isSame(value, before[name]));
  return Object.fromEntries(entries) as Partial<V>;
}

/** The fields that somebody else changed to something that is not mine, or that I did. */
export function differences<V extends Values>(base: V, theirs: V, mine: V): Difference<V>[] {
  return (Object.keys(base) as (keyof V & string)[])
    .filter((name) => !isSame(theirs[name], mine[name]))
    .map((name) => {
      const isMine = !isSame(mine[name], base[name]);
      const isTheirs = !isSame(theirs[name], base[name]);
      return { name, isContested: isMine && isTheirs, proposal: isMine ? "mine" : "theirs" };
    });
}

/** Their values, with mine where mine was chosen. */
export function merged<V extends Values>(
  theirs: V,
  mine: V,
  chosen: Readonly<Record<string, Side>>,
): V {
  const entries = Object.keys(theirs).map((name) => [
    name,
    chosen[name] === "mine" ? mine[name] : theirs[name],
  ]);
  return Object.fromEntries(entries) as V;
}
