import { expect, test } from "vitest";
import { clocksIn, dayIn, daysLater, endOfDay, startOfDay, whenClocksShow } from "./days";

const AUCKLAND = "Pacific/Auckland";

test("the day is that of the zone, wherever the browser is", () => {
  const moment = new Date("2026-11-24T12:30:00Z");
  expect(dayIn("Europe/Paris", moment)).toBe("2026-11-24");
  expect(dayIn(AUCKLAND, moment)).toBe("2026-11-25");
  expect(dayIn("America/Los_Angeles", new Date("2026-11-24T07:59:00Z"))).toBe("2026-11-23");
});

test("a day begins and ends at the midnights of the zone", () => {
  expect(startOfDay("2026-11-24", AUCKLAND)).toBe("2026-11-23T11:00:00.000Z");
  expect(endOfDay("2026-11-24", AUCKLAND)).toBe("2026-11-24T11:00:00.000Z");
  expect(startOfDay("2026-07-01", "Europe/Paris")).toBe("2026-06-30T22:00:00.000Z");
  expect(startOfDay("2026-11-24", "UTC")).toBe("2026-11-24T00:00:00.000Z");
});

test("days on which the clocks change have 23 or 25 hours", () => {
  const hours = (day: string, zone: string) =>
    (Date.parse(endOfDay(day, zone) ?? "") - Date.parse(startOfDay(day, zone) ?? "")) / 3_600_000;
  expect(hours("2026-03-29", "Europe/Paris")).toBe(23);
  expect(hours("2026-10-25", "Europe/Paris")).toBe(25);
  expect(hours("2026-04-05", AUCKLAND)).toBe(25);
  expect(hours("2026-09-27", AUCKLAND)).toBe(23);
});

test("where the clocks skip midnight, the day begins an hour later", () => {
  const start = startOfDay("2026-09-06", "America/Santiago");
  expect(start).toBe("2026-09-06T04:00:00.000Z");
  expect(dayIn("America/Santiago", new Date(start ?? ""))).toBe("2026-09-06");
});

test("what is no day has neither beginning nor end", () => {
  for (const day of [undefined, "", "tomorrow", "2026-13-45"]) {
    expect(startOfDay(day, AUCKLAND)).toBeUndefined();
    expect(endOfDay(day, AUCKLAND)).toBeUndefined();
  }
});

test("days are counted over months and years", () => {
  expect(daysLater("2026-12-31", 1)).toBe("2027-01-01");
  expect(daysLater("2026-03-01", -1)).toBe("2026-02-28");
});

test("clocks show a time of their zone, and say which moment that is", () => {
  const moment = new Date("2026-11-24T12:30:59Z");
  expect(clocksIn(AUCKLAND, moment)).toBe("2026-11-25T01:30");
  expect(whenClocksShow("2026-11-25T01:30", AUCKLAND)).toBe("2026-11-24T12:30:00.000Z");
  expect(whenClocksShow("2026-07-01T00:15", "Europe/Paris")).toBe("2026-06-30T22:15:00.000Z");
  for (const none of ["", "2026-11-25", "2026-13-45T01:30", "12026-11-25T01:30"]) {
    expect(whenClocksShow(none, AUCKLAND)).toBeUndefined();
  }
});
