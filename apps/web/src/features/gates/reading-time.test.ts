import { expect, test } from "vitest";
import { readingMinutes } from "./reading-time";

test.each([
  [0, 1],
  [2_900, 2],
  [143_000, 100],
])("%i bytes are read in about %i minutes", (bytes, minutes) => {
  expect(readingMinutes(bytes)).toBe(minutes);
});
