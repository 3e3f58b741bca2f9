import { expect, test } from "vitest";
import { notesFolder, readerFolder } from "@/mocks/world/imports";
import { choiceErrors, initialChoices, requestOf } from "./choices";

const filled = { client: "Maison Lumière", service: "Lecture", project: "Reader" };

test("of several workflows none is chosen beforehand, the only one is", () => {
  const only = { ...readerFolder, workflows: readerFolder.workflows.slice(0, 1) };
  expect(initialChoices(readerFolder).workflow).toBe("");
  expect(initialChoices(only).workflow).toBe("greenfield");
});

test("the folder's name is proposed for the project", () => {
  expect(initialChoices(readerFolder).project).toBe("reader");
});

test("everything that is missing is named", () => {
  const blank = { ...initialChoices(readerFolder), project: " " };
  const missing = { client: true, service: true, project: true };
  expect(choiceErrors(blank, readerFolder)).toEqual({ ...missing, workflow: true });
  expect(choiceErrors(blank, notesFolder)).toEqual(missing);
});

test("all proposed gates are kept but those that were unticked", () => {
  const choices = { ...filled, workflow: "greenfield", withoutGate: ["brief"] };
  expect(requestOf(choices, readerFolder)).toEqual({
    path: "/home/ada/reader",
    method: "bmad",
    generation: "v4",
    client: "Maison Lumière",
    service: "Lecture",
    project: "Reader",
    workflow: "greenfield",
    gates: ["prd"],
  });
});

test("a folder without a method is imported without a workflow", () => {
  const choices = { ...initialChoices(notesFolder), ...filled };
  expect(requestOf(choices, notesFolder)).toMatchObject({ workflow: null, gates: [] });
});
