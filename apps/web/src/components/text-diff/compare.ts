import { diffArrays, diffWordsWithSpace } from "diff";

export type Piece = { kind: "same" | "added" | "removed"; text: string };

/** Part of a comparison, from the first line to the last. */
export type Block =
  | {
      kind: "same";
      lines: readonly string[] /** The first line's number in the new text. */;
      at: number;
    }
  | { kind: "changed"; pieces: readonly Piece[]; at: number };

export type Comparison = {
  blocks: readonly Block[];
  /** A replaced word counts once. */
  words: number;
};

/** So long the page may take to compare two texts, before it shows whole lines instead of words. */
const LINES_MS = 1_500;
const WORDS_MS = 300;
/** Longer passages than this are not compared by words: nobody could read the result. */
const LONGEST_PASSAGE = 50_000;

/** What was changed from one text to the other: by lines, and in what changed by words. */
export function compare(before: string, after: string): Comparison {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const changes = diffArrays(old, fresh, { timeout: LINES_MS }) ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: fresh },
  ];
  const blocks: Block[] = [];
  const end = performance.now() + LINES_MS;
  let [words, at] = [0, 1];
  for (let index = 0; index < changes.length; index++) {
    const change = changes[index];
    if (!change) break;
    if (!change.added && !change.removed) {
      blocks.push({ kind: "same", lines: change.value, at });
      at += change.value.length;
      continue;
    }
    const next = changes[index + 1];
    const pair = change.removed && next?.added ? next : undefined;
    if (pair) index++;
    const removed = change.removed ? change.value : [];
    const added = pair?.value ?? (change.added ? change.value : []);
    const pieces = piecesOf(removed.join("\n"), added.join("\n"), end - performance.now());
    blocks.push({ kind: "changed", pieces, at });
    words += Math.max(wordsIn(pieces, "removed"), wordsIn(pieces, "added"));
    at += added.length;
  }
  return { blocks, words };
}

/** The line break at the end of the file is no empty line after it. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function piecesOf(removed: string, added: string, left_ms: number): Piece[] {
  const isShort = removed.length + added.length <= LONGEST_PASSAGE;
  const timeout = Math.min(WORDS_MS, left_ms);
  const found =
    isShort && timeout > 0 ? diffWordsWithSpace(removed, added, { timeout }) : undefined;
  if (found) {
    return found.map(({ added: isNew, removed: isGone, value }) => ({
      kind: isNew ? "added" : isGone ? "removed" : "same",
      text: value,
    }));
  }
  const whole: Piece[] = [
    { kind: "removed", text: removed },
    { kind: "added", text: added },
  ];
  return whole.filter(({ text }) => text !== "");
}

function wordsIn(pieces: readonly Piece[], kind: Piece["kind"]): number {
  return pieces
    .filter((piece) => piece.kind === kind)
    .reduce(
      (sum, { text }) => sum + (text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0),
      0,
    );
}
