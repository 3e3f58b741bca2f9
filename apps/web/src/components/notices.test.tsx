import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { renderScreen } from "@/mocks/render";
import { Notices } from "./notices";

const broken: Schemas["NoticeOut"] = {
  path: "docs/sprint-status.yaml",
  line: 4,
  code: "broken_yaml",
  text: "docs/sprint-status.yaml, line 4: it has no list `steps` at the top. The file was left out.",
  says: [
    { name: "no_list_at_top", values: { key: "steps" } },
    { name: "file_left_out", values: {} },
  ],
};
const old = { ...broken, text: "Line 4 is no YAML.", says: [] };
const newer = { ...broken, says: [{ name: "from_a_newer_server", values: {} }] };
const unheard = { ...old, code: "from_a_newer_server", text: "Something else." };

const shown = () => screen.getAllByRole("listitem").map((item) => item.textContent);

test("a notice says where and what, in the reader's language", () => {
  renderScreen(<Notices notices={[broken]} />, { at: "/", language: "fr" });
  expect(shown()).toEqual([
    "docs/sprint-status.yaml:4 Il n’a pas de liste steps au premier niveau. " +
      "Le fichier a été laissé de côté.",
  ]);
});

test("English readers read the same", () => {
  renderScreen(<Notices notices={[broken]} />, { at: "/" });
  expect(shown()).toEqual([
    "docs/sprint-status.yaml:4 It has no list steps at the top. The file was left out.",
  ]);
});

test("numbers are written as the reader writes them", () => {
  const values = { count: 1234, limit: 1000 };
  const many = { ...broken, line: null, says: [{ name: "too_many_task_files", values }] };
  renderScreen(<Notices notices={[many]} />, { at: "/", language: "fr" });
  expect(shown()).toEqual([
    "docs/sprint-status.yaml Il contient 1\u202f234 tâches\u202f; les 1\u202f000 premières sont lues.",
  ]);
});

test("words that only exist in English are marked as such", () => {
  const values = { problem: "mapping values are not allowed here" };
  const parsed = { ...broken, says: [{ name: "parser_says", values }] };
  renderScreen(<Notices notices={[parsed]} />, { at: "/", language: "fr" });
  expect(screen.getByText(values.problem)).toHaveAttribute("lang", "en");
});

test.each(["<b>bold</b>", "\u202egnol", "x".repeat(500), "{count, plural, other {#}}"])(
  "a stranger's name is shown as it is and stays by itself: %.20s",
  (name) => {
    const taken = { ...broken, says: [{ name: "step_twice", values: { name } }] };
    renderScreen(<Notices notices={[taken]} />, { at: "/", language: "fr" });
    const item = screen.getByRole("listitem");
    const isolated = within(item)
      .getByText(
        (_, element) => element?.localName === "bdi" && !!element.textContent?.includes(name),
      )
      .closest("bdi");
    expect(isolated?.closest(".wrap-anywhere")).not.toBeNull();
    expect(item).toHaveTextContent("figure deux fois.");
  },
);

test("a notice of an older or newer server says what the importer said", () => {
  renderScreen(<Notices notices={[old, newer]} />, { at: "/" });
  expect(shown()).toEqual([`docs/sprint-status.yaml:4 ${old.text}`, newer.text]);
});

test("elsewhere a sentence in the reader's language comes before that", () => {
  renderScreen(<Notices notices={[old, unheard]} />, { at: "/", language: "fr" });
  expect(screen.getByText(/^Le YAML ne peut pas être lu\./)).toBeVisible();
  expect(screen.getByText("Line 4 is no YAML.")).toHaveAttribute("lang", "en");
  expect(screen.getByText("Something else.")).toBeVisible();
});
