import { expect, test } from "vitest";
import { isTimeZone, timeIn, timeZones } from "./time-zone";

test("zones are offered by name, UTC first", () => {
  expect(timeZones()[0]).toBe("UTC");
  expect(timeZones()).toContain("Europe/Paris");
  expect(new Set(timeZones()).size).toBe(timeZones().length);
});

test.each([
  ["Europe/Paris", true],
  ["Mars/Olympus", false],
  ["", false],
])("%j is a zone: %s", (zone, isOne) => {
  expect(isTimeZone(zone)).toBe(isOne);
});

test("the time somewhere else", () => {
  expect(timeIn("Asia/Tokyo", "en", new Date("2026-11-28T12:05:00Z"))).toBe("21:05");
});
