import { expect, test } from "vitest";
import { splitSections } from "./sections";

const words = (count: number) => "Some words of a paragraph.\n\n".repeat(count);

test("a short text stays in one piece", () => {
  expect(splitSections("# A\n\nB\n")).toEqual(["# A\n\nB\n"]);
});

test("a long text is parted, and nothing of it is lost", () => {
  const text = `# A\n\n${words(3000)}## B\n\n${words(3000)}`;
  const sections = splitSections(text);
  expect(sections.length).toBeGreaterThan(5);
  expect(sections.join("\n")).toBe(text);
});

test.each([
  ["a fence", `\`\`\`\`md\n${"# no heading\n\nwords\n```\n".repeat(3000)}\`\`\`\`\n`],
  ["a comment", `<!--\n${"# hidden\n\nwords\n".repeat(3000)}-->\n`],
  ["a list", "- item\n\n  more of it\n\n".repeat(3000)],
  ["a numbered list", "1. item\n\n".repeat(6000)],
  ["a table", `| a | b |\n|---|---|\n${"| c | d |\n".repeat(6000)}`],
])("%s is never cut", (_, block) => {
  expect(splitSections(block)).toEqual([block.replace(/\n$/, "\n")]);
});

test("what follows a fence is parted again", () => {
  const text = `\`\`\`\n${"code\n".repeat(5000)}\`\`\`\n\n${words(3000)}`;
  expect(splitSections(text).length).toBeGreaterThan(2);
});

test("each section knows the link definitions of the whole", () => {
  const sections = splitSections(`[a]: https://example.com\n\n${words(3000)}`);
  for (const section of sections) expect(section).toContain("[a]: https://example.com");
});

test("a text with footnotes stays in one piece, for they stand at its end", () => {
  expect(splitSections(`${words(3000)}[^1]: Note\n`)).toHaveLength(1);
});
