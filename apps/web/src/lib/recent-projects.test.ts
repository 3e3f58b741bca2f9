import { expect, test } from "vitest";
import { forgetOthers, forgetProject, recentProjects, rememberProject } from "./recent-projects";

const project = (number: number) => ({ id: `${number}`, name: `Project ${number}`, about: "" });
const ids = (userId: string) => recentProjects(userId).map(({ id }) => id);

test("the last eight projects are kept, the latest first, each once", () => {
  for (let number = 0; number < 10; number++) rememberProject("ada", project(number));
  rememberProject("ada", project(5));
  expect(ids("ada")).toEqual(["5", "9", "8", "7", "6", "4", "3", "2"]);
});

test("another person on this browser has others", () => {
  rememberProject("ada", project(1));
  expect(ids("bob")).toEqual([]);
});

test("what others opened is not left in the browser", () => {
  rememberProject("ada", project(1));
  rememberProject("bob", project(2));
  forgetOthers("bob");
  expect([ids("ada"), ids("bob")]).toEqual([[], ["2"]]);
});

test("one that is gone is forgotten", () => {
  rememberProject("ada", project(1));
  forgetProject("ada", "1");
  expect(ids("ada")).toEqual([]);
});

test("what something else wrote there is passed over", () => {
  for (const text of ["{", "null", "[1, null, {}]", '{"id": 1}']) {
    localStorage.setItem("agentlab.recent.ada", text);
    expect(ids("ada")).toEqual([]);
  }
});
