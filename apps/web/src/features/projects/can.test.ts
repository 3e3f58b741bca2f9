import { expect, test } from "vitest";
import { canSubmit, canWithdraw } from "@/components/review/can";
import { answerOf, gateSummary, questionOf, stageOf } from "@/mocks/world/reader";
import { canAnswer, canChoose, canComplete, canReopen, canScan, canSkip, pathUnknown } from "./can";

const owner = "product_owner";
const gate = gateSummary();

test("a viewer may change nothing", () => {
  const stage = stageOf({ optional: true });
  const verdicts = [
    canScan("viewer"),
    canComplete(stage, "viewer"),
    canSkip(stage, "viewer"),
    canReopen(stageOf({ state: "done" }), [stage], "viewer"),
    canSubmit(stage, false, "viewer"),
    canWithdraw(true, "viewer"),
  ];
  expect(new Set(verdicts)).toEqual(new Set(["viewersOnlyRead"]));
});

test.each([
  [stageOf(), true],
  [stageOf({ gate }), "stageNeedsDecision"],
  [stageOf({ state: "upcoming" }), "stageUpcoming"],
  [stageOf({ state: "done" }), "stageClosed"],
  [stageOf({ state: "skipped" }), "stageClosed"],
])("only a current stage without a gate is completed: case %#", (stage, verdict) => {
  expect(canComplete(stage, owner)).toBe(verdict);
});

test.each([
  [stageOf({ optional: true }), true],
  [stageOf({ condition: "project_has_ui" }), true],
  [stageOf({ optional: true, gate }), true],
  [stageOf(), "stageNotOptional"],
  [stageOf({ optional: true, state: "submitted" }), "alreadySubmitted"],
  [stageOf({ optional: true, state: "upcoming" }), true],
  [stageOf({ optional: true, state: "done" }), "stageClosed"],
])("only an open stage that is optional or conditional is skipped: case %#", (stage, verdict) => {
  expect(canSkip(stage, owner)).toBe(verdict);
});

test.each([
  ["the last one closed", { state: "done" }, "current", true],
  ["the last one skipped, gate or not", { state: "skipped", gate }, "current", true],
  ["an approved one", { state: "done", gate }, "current", "approvalStays"],
  [
    "one that an answer left out",
    { state: "skipped", skip_cause: "answer" },
    "current",
    "changeWhatWasSaid",
  ],
  [
    "one that the method has no more",
    { state: "skipped", retired_at: "2026-11-29T05:00:00Z" },
    "current",
    "stageRetired",
  ],
  ["one beside its successor", { state: "done", together: "a" }, "done", true],
  ["one whose successor is in review", { state: "done" }, "submitted", "notLastMove"],
  ["one whose successor is closed", { state: "done" }, "done", "notLastMove"],
  ["one that is open", { state: "current" }, "upcoming", "stageOpen"],
] as const)("reopening %s", (_, facts, following, verdict) => {
  const stage = stageOf({ ...facts, position: 1 });
  const next = stageOf({ position: 2, state: following, together: stage.together });
  expect(canReopen(stage, [stage, next], owner)).toBe(verdict);
});

test("the very last stage of a completed workflow is reopened", () => {
  const stage = stageOf({ position: 9, state: "done" });
  expect(canReopen(stage, [stage], owner)).toBe(true);
});

test.each([
  ["current", false, true],
  ["submitted", false, "alreadySubmitted"],
  ["submitted", true, true],
  ["upcoming", false, "stageUpcoming"],
  ["done", false, "stageClosed"],
  ["skipped", false, "stageClosed"],
] as const)("submitting a stage that is %s, stale: %s", (state, isStale, verdict) => {
  expect(canSubmit({ state }, isStale, owner)).toBe(verdict);
});

test("only what waits is withdrawn", () => {
  expect(canWithdraw(true, owner)).toBe(true);
  expect(canWithdraw(false, owner)).toBe("nothingSubmitted");
});

test("a stage is not left while nobody said whether it applies, or which way to go", () => {
  const asking = stageOf({ question: questionOf() });
  expect(pathUnknown(asking)).toBe("questionOpen");
  expect(canComplete(asking, owner)).toBe("questionOpen");
  const fork = stageOf({ routes: { one: "to_next_step", two: {} } });
  expect(canComplete(fork, owner)).toBe("routeNotChosen");
  expect(pathUnknown(stageOf({ question: questionOf({ answers: [answerOf()] }) }))).toBeNull();
});

test("an answer that work depends on stays, and a route is chosen at its stage's turn", () => {
  expect(canAnswer(stageOf({ question: questionOf({ is_fixed: true }) }), owner)).toBe(
    "answerInUse",
  );
  expect(canAnswer(stageOf({ question: questionOf() }), owner)).toBe(true);
  expect(canChoose(stageOf({ state: "upcoming" }), owner)).toBe("stageUpcoming");
  expect(canChoose(stageOf(), "viewer")).toBe("viewersOnlyRead");
});
