import { expect, test } from "vitest";
import { changeOf, dayRange, duration, partName, share } from "./figures";

const plain = (text: string) => text.replaceAll(/\s/g, " ");

test.each([
  [null, "en", "–"],
  [0, "en", "0 min"],
  [0.75, "en", "45 min"],
  [5.5, "en", "5.5 hr"],
  [5.5, "fr", "5,5 h"],
  [76, "en", "3.2 days"],
  [76, "fr", "3,2 j"],
  [2_400, "en", "100 days"],
])("%s hours in %s are %s", (hours, language, expected) => {
  expect(plain(duration(hours, language))).toBe(expected);
});

test("shares, days and parts are said as the language says them", () => {
  expect(plain(share(0.2314, "fr"))).toBe("23,1 %");
  expect(share(null, "en")).toBe("–");
  expect(plain(dayRange("2026-09-07", "2026-11-29", "en"))).toMatch(/^7 Sept? – 29 Nov 2026$/);
  expect(partName("2026-03-01", "month", "fr")).toBe("mars 26");
  expect(partName("2026-03-02", "week", "en")).toBe("2 Mar");
});

test("a change needs something to compare with", () => {
  expect(changeOf(3, 2)).toBe(0.5);
  expect(changeOf(0, 2)).toBe(-1);
  expect(changeOf(3, 0)).toBeNull();
  expect(changeOf(null, 2)).toBeNull();
});
