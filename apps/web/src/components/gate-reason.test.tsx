import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderScreen } from "@/mocks/render";
import { useGateReason } from "./gate-reason";

const REASONS = [
  "Later stages build on it",
  "Later stages build on the PRD",
  "The task has 3 boxes to tick before it counts as done",
  "Ask Marie first",
];

function Reasons() {
  const told = useGateReason();
  return (
    <ul>
      {REASONS.map((reason) => (
        <li key={reason}>{told(reason)}</li>
      ))}
    </ul>
  );
}

const shown = () => screen.getAllByRole("listitem").map((item) => item.textContent);

test("in English it is the importer's own sentence", () => {
  renderScreen(<Reasons />, { at: "/" });
  expect(shown()).toEqual(REASONS);
});

test("in French what importers say is French, and what a template says stays", () => {
  renderScreen(<Reasons />, { at: "/", language: "fr" });
  expect(shown()).toEqual([
    "Les étapes suivantes s’appuient dessus",
    "Les étapes suivantes s’appuient sur\u00a0: PRD",
    "La tâche a 3 cases à cocher avant d’être considérée comme terminée",
    "Ask Marie first",
  ]);
});
