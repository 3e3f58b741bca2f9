/** As the server folds what it searches: capitals and accents do not matter. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll(/[œæßøł]/g, (letter) => spelledOut[letter] ?? letter);
}

const spelledOut: Record<string, string> = { œ: "oe", æ: "ae", ß: "ss", ø: "o", ł: "l" };

/** That every word occurs; "élan" is found by "elan". */
export function matches(text: string, typed: string): boolean {
  const there = folded(text);
  return folded(typed)
    .split(/\s+/)
    .every((word) => there.includes(word));
}

/** Whether two names are one to the server: letter case and the encoding of accents aside. */
export const areAlike = (one: string, other: string) =>
  one.normalize().toLowerCase() === other.normalize().toLowerCase();
