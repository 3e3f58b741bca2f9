import { expect, test } from "vitest";
import { absoluteTime, relativeTime } from "./dates";

const now = new Date("2026-11-24T12:00:00Z");

test.each([
  ["2026-11-24T11:59:30Z", "now", "maintenant"],
  ["2026-11-24T11:55:00Z", "5 minutes ago", "il y a 5 minutes"],
  ["2026-11-24T09:00:00Z", "3 hours ago", "il y a 3 heures"],
  ["2026-11-23T12:00:00Z", "yesterday", "hier"],
  ["2026-11-10T12:00:00Z", "2 weeks ago", "il y a 2 semaines"],
  ["2025-11-20T12:00:00Z", "last year", "l’année dernière"],
  ["2026-11-24T13:00:00Z", "in 1 hour", "dans 1 heure"],
])("%s is %s", (at, english, french) => {
  expect(relativeTime(at, now, "en")).toBe(english);
  expect(relativeTime(at, now, "fr")).toBe(french);
});

test("the full date is written the reader's way", () => {
  const at = "2026-11-24T02:26:00Z";
  expect(absoluteTime(at, "en", "UTC")).toBe("24 November 2026 at 02:26");
  expect(absoluteTime(at, "fr", "UTC")).toBe("24 novembre 2026 à 02:26");
});
