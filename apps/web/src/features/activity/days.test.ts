import { expect, test } from "vitest";
import { activityOf } from "@/mocks/world/activity";
import { byDay, nearness } from "./days";

const at = (moment: string) => activityOf({ at: moment });

test("the feed is cut where a day of the reader begins", () => {
  const items = [
    at("2026-11-23T23:00:01Z"),
    at("2026-11-23T22:59:59Z"),
    at("2026-11-23T01:00:00Z"),
  ];
  expect(byDay(items, "Europe/Paris").map((day) => day.items.length)).toEqual([1, 2]);
  expect(byDay([], "Europe/Paris")).toEqual([]);
});

test("whoever chose Auckland has Auckland's days in a browser in Paris", () => {
  const items = [
    at("2026-11-24T11:00:00Z"),
    at("2026-11-24T10:59:00Z"),
    at("2026-11-23T23:30:00Z"),
  ];
  const days = byDay(items, "Pacific/Auckland");
  expect(days.map((day) => [day.key, day.items.length])).toEqual([
    ["2026-11-25", 1],
    ["2026-11-24", 2],
  ]);
});

test("today and yesterday have their own words, by the reader's days", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  const paris = (moment: string) => nearness(new Date(moment), now, "Europe/Paris");
  expect(paris("2026-02-28T23:00:00Z")).toBe("today");
  expect(paris("2026-02-28T22:59:00Z")).toBe("yesterday");
  expect(paris("2026-02-27T12:00:00Z")).toBeNull();
  expect(nearness(new Date("2026-02-28T23:00:00Z"), now, "Pacific/Auckland")).toBe("yesterday");
});
