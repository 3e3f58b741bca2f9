import { expect, test } from "vitest";
import { splitFrontMatter } from "./front-matter";

test("YAML between two fences at the top is front matter", () => {
  expect(splitFrontMatter("---\ntitle: A\ntags: [b]\n---\n# A\n")).toEqual({
    frontMatter: "title: A\ntags: [b]",
    body: "# A\n",
  });
});

test("Windows line ends and a byte order mark change nothing", () => {
  expect(splitFrontMatter("\uFEFF---\r\ntitle: A\r\n---\r\nText")).toEqual({
    frontMatter: "title: A",
    body: "Text",
  });
});

test.each([
  ["prose between two rules", "---\nJust a sentence\n---\nMore"],
  ["a fence that is not at the top", "# A\n\n---\ntitle: A\n---\n"],
  ["a fence that never closes", "---\ntitle: A\n\n# A"],
])("%s is text", (_, text) => {
  expect(splitFrontMatter(text)).toEqual({ frontMatter: null, body: text });
});
