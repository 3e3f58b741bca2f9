import { expect, test } from "vitest";
import { activityOf } from "@/mocks/world/activity";
import { byDay, nearness } from "./days";

const at = (moment: string) => activityOf({ at: new Date(moment).toISOString() });

test("the feed is cut where a day of the reader begins", () => {
  const items = [at("2026-11-24T00:00:01"), at("2026-11-23T23:59:59"), at("2026-11-23T01:00:00")];
  expect(byDay(items).map((day) => day.items.length)).toEqual([1, 2]);
  expect(byDay([])).toEqual([]);
});

test("today and yesterday have their own words", () => {
  const now = new Date("2026-03-01T12:00:00");
  expect(nearness(new Date("2026-03-01T00:00:00"), now)).toBe("today");
  expect(nearness(new Date("2026-02-28T23:59:00"), now)).toBe("yesterday");
  expect(nearness(new Date("2026-02-27T12:00:00"), now)).toBeNull();
});
