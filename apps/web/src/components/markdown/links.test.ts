import { expect, test } from "vitest";
import { targetOf } from "./links";

const from = "docs/stories/1.1.md";

test.each([
  ["../prd.md", "docs/prd.md", null],
  ["./1.2.md#done", "docs/stories/1.2.md", "done"],
  ["/README.md", "README.md", null],
  ["../../README.md?raw=1", "README.md", null],
  ["my%20notes.md", "docs/stories/my notes.md", null],
  ["%E0%A4%A.md", "docs/stories/%E0%A4%A.md", null],
])("%s is a file of the project", (href, path, fragment) => {
  expect(targetOf(href, from)).toEqual({ kind: "file", path, fragment });
});

test.each([
  ["https://example.com/a", "https://example.com/a"],
  ["mailto:po@example.com", "mailto:po@example.com"],
  ["//example.com/a", "https://example.com/a"],
  ["\\\\example.com/a", "https://example.com/a"],
])("%s leads outside", (href, url) => {
  expect(targetOf(href, from)).toEqual({ kind: "external", url });
});

test("a fragment stays in the document", () => {
  expect(targetOf("#les-%C3%A9crans", from)).toEqual({ kind: "fragment", fragment: "les-écrans" });
});

test.each([
  "",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "file:///etc/passwd",
  "blob:https://example.com/1",
  "http://",
  "../../../etc/passwd",
  "/../secret.md",
])("%j leads nowhere", (href) => {
  expect(targetOf(href, from)).toEqual({ kind: "refused" });
});
