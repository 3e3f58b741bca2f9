import { expect, test } from "vitest";
import { routesOf } from "./routes";

test("a route is a name and where it leads, in words", () => {
  expect(routesOf({ full_epic: "Plan an epic", go_on: "to_next_step" })).toEqual([
    { key: "full_epic", name: "full epic", leadsTo: "Plan an epic" },
    { key: "go_on", name: "go on", leadsTo: "to next step" },
  ]);
});

test("a route that holds several facts reads as a sentence with the facts behind it", () => {
  const single_story = { agent: "pm", uses: "create-story", notes: "Create a single story." };
  expect(routesOf({ single_story })).toEqual([
    {
      key: "single_story",
      name: "single story",
      leadsTo: "Create a single story. (agent: pm, uses: create-story)",
    },
  ]);
});

test.each([
  ["facts without notes", { agent: "pm", steps: ["a", 2] }, "agent: pm, steps: a, 2"],
  ["notes alone", { notes: "Go on." }, "Go on."],
  ["nothing", null, ""],
])("%s", (_, route, leadsTo) => {
  expect(routesOf({ route })).toEqual([{ key: "route", name: "route", leadsTo }]);
});

test("a stage without routes has none", () => {
  expect(routesOf(null)).toEqual([]);
});
