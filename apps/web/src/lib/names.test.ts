import { expect, test } from "vitest";
import { initials } from "./initials";
import { methodName } from "./method-name";
import { fileSize } from "./sizes";

test.each([
  ["Ada Lovelace", "AL"],
  ["ada", "A"],
  ["  Jean  Le Rond d’Alembert ", "JD"],
  ["😀 Émile", "😀É"],
  ["", ""],
])("the initials of %j are %j", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("a method is called by its own name, with its generation", () => {
  expect([methodName("bmad", "v4"), methodName("spiral", null)]).toEqual(["BMAD v4", "spiral"]);
});

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1_400, "1.4 kB"],
  [20_000_000, "20 MB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(fileSize(bytes, "en")).toBe(expected);
});

test("sizes are written the reader's way", () => {
  expect(fileSize(1_400_000, "fr")).toMatch(/^1,4\sMo$/);
});
