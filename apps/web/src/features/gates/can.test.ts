import { expect, test } from "vitest";
import { decisionOf, submissionOf } from "@/mocks/world/reader";
import { canDecide } from "./can";

test.each([
  ["what waits", submissionOf(), true],
  ["nothing", undefined, "nothingSubmitted"],
  [
    "what was withdrawn",
    submissionOf({ withdrawn_at: "2026-11-20T12:00:00Z" }),
    "nothingSubmitted",
  ],
  ["what was decided", submissionOf({ decision: decisionOf() }), "alreadyDecided"],
  ["what is stale", submissionOf({ changed: ["docs/prd.md"] }), "submissionStale"],
] as const)("deciding %s", (_, submission, verdict) => {
  expect(canDecide(submission, "product_owner")).toBe(verdict);
  expect(canDecide(submission, "viewer")).toBe("viewersOnlyRead");
});
