import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderScreen } from "@/mocks/render";
import { Notices } from "./notices";

const broken = {
  path: "docs/sprint-status.yaml",
  line: 4,
  code: "broken_yaml",
  text: "Line 4 is no YAML.",
};
const unheard = { ...broken, code: "from_a_newer_server", text: "Something else." };

test("in English a notice says what the importer said", () => {
  renderScreen(<Notices notices={[broken]} />, { at: "/" });
  expect(screen.getByText("docs/sprint-status.yaml:4")).toBeVisible();
  expect(screen.getByText("Line 4 is no YAML.")).toBeVisible();
});

test("elsewhere a sentence in the reader's language comes before the particulars", () => {
  renderScreen(<Notices notices={[broken, unheard]} />, { at: "/", language: "fr" });
  expect(screen.getByText(/^Le YAML ne peut pas être lu\./)).toBeVisible();
  expect(screen.getByText("Line 4 is no YAML.")).toHaveAttribute("lang", "en");
  expect(screen.getByText("Something else.")).toBeVisible();
});
