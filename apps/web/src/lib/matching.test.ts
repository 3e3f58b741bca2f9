import { expect, test } from "vitest";
import { areAlike, matches } from "./matching";

test.each([
  ["Maison Lumière", "lumiere"],
  ["Marie Curie", "curie marie"],
  ["Œuvre de Łódź", "oeuvre lodz"],
  ["Straße", "STRASSE"],
  ["anything", "  "],
])("%j is found by %j", (text, typed) => {
  expect(matches(text, typed)).toBe(true);
});

test("every word has to occur", () => {
  expect(matches("Marie Curie", "marie pierre")).toBe(false);
});

test("names are alike in any case and encoding, but not without their accents", () => {
  expect(areAlike("Élan", "ÉLAN".normalize("NFD"))).toBe(true);
  expect(areAlike("Élan", "Elan")).toBe(false);
});
