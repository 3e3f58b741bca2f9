/** Lines as the messages name them: one, or from the first to the last. */
export function linesOf(first: number | null, last: number | null) {
  const [from, to] = [first ?? 0, last ?? first ?? 0];
  return { first: from, last: to, count: to - from + 1 };
}
