import { expect, test } from "vitest";
import { slug, titlesBefore } from "./headings";

test.each([
  ["Goals & Scope", "goals--scope"],
  ["2.1 Les écrans", "21-les-écrans"],
  ["  `code` first ", "code-first"],
])("the title %j has the address that GitHub gives it", (title, address) => {
  expect(slug(title)).toBe(address);
});

test("each section knows the titles of those before it", () => {
  expect(titlesBefore(["# A\n\n## [B](x.md)\n", "## `C` ##\n", "text"])).toEqual([
    "",
    "A\nB",
    "A\nB\nC",
  ]);
});
