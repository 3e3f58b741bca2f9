import { expect, test } from "vitest";
import { compare } from "./compare";

type Side = "added" | "removed";

/** One of the two texts, read out of a comparison. */
function textOf({ blocks }: ReturnType<typeof compare>, without: Side): string {
  const passages = blocks.map((block) => {
    if (block.kind === "same") return block.lines.join("\n");
    const pieces = block.pieces.filter(({ kind }) => kind !== without);
    return pieces.length > 0 ? pieces.map(({ text }) => text).join("") : null;
  });
  return `${passages.filter((passage) => passage !== null).join("\n")}\n`;
}

test("only the words that changed are marked", () => {
  const { blocks, words } = compare("# A\n\nIt reads feeds.\n", "# A\n\nIt reads books aloud.\n");
  expect(blocks).toEqual([
    { kind: "same", lines: ["# A", ""], at: 1 },
    {
      kind: "changed",
      at: 3,
      pieces: [
        { kind: "same", text: "It reads " },
        { kind: "removed", text: "feeds" },
        { kind: "added", text: "books aloud" },
        { kind: "same", text: "." },
      ],
    },
  ]);
  expect(words).toBe(2);
});

test.each([
  ["", "# New\n", 1],
  ["# Old text\n", "", 2],
  ["same\n", "same\n", 0],
  ["same\r\n", "same\n", 0],
  ["a\nb\nc\n", "a\nc\n", 1],
  ["L’été déjà\n", "L’hiver déjà\n", 1],
])("%j to %j changes %i words", (before, after, words) => {
  expect(compare(before, after).words).toBe(words);
});

test("both texts can be read out of the comparison", () => {
  const before = "one\ntwo\nthree\nfour\nfive\n";
  const after = "zero\none\n2\nthree\nfive\nsix\n";
  const comparison = compare(before, after);
  expect(textOf(comparison, "removed")).toBe(after);
  expect(textOf(comparison, "added")).toBe(before);
});

test("a line of a megabyte is compared in time, as a whole", () => {
  const start = performance.now();
  const { blocks } = compare(`${"word ".repeat(200_000)}\n`, `${"other ".repeat(180_000)}\n`);
  expect(performance.now() - start).toBeLessThan(4_000);
  expect(blocks).toHaveLength(1);
  expect(blocks[0]).toMatchObject({
    kind: "changed",
    pieces: [{ kind: "removed" }, { kind: "added" }],
  });
});
