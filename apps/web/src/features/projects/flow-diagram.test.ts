import { expect, test } from "vitest";
import { stageOf } from "@/mocks/world/reader";
import { arrowsOf, boxOf, markedDiagram } from "./flow-diagram";

const source = `graph TD
    A[Start] --> B[analyst: project-brief.md]
    B --> C{Brief approved?}
    C -->|No| B
    C -- yes --> D["pm: prd.md"]
    D -.-> E[pm: update prd.md]
    style D fill:#90EE90
`;

const made = (label: string): ReturnType<typeof stageOf>["artefacts"] => [
  { role: "creates", label, optional: false, is_file: true, documents: [] },
];

test("the arrows of a flowchart are read as text", () => {
  expect(arrowsOf(source)).toEqual([
    { from: "Start", to: "analyst: project-brief.md", label: "" },
    { from: "analyst: project-brief.md", to: "Brief approved?", label: "" },
    { from: "Brief approved?", to: "analyst: project-brief.md", label: "No" },
    { from: "Brief approved?", to: "pm: prd.md", label: "yes" },
    { from: "pm: prd.md", to: "pm: update prd.md", label: "" },
  ]);
});

test("a box is matched by agent and file, and only when it is the only one", () => {
  const brief = stageOf({ agent: "analyst", artefacts: made("project-brief.md") });
  expect(boxOf(source, brief)).toBe("B");
  expect(boxOf(source, stageOf({ agent: "pm", artefacts: made("prd.md") }))).toBeNull();
  expect(boxOf(source, stageOf({ agent: "qa", artefacts: made("gate.yml") }))).toBeNull();
});

test("a fork is matched by what its arrows are called", () => {
  const routes = { single_story: {}, small_feature: {}, major_enhancement: {} };
  const forked = `flowchart TD
    C{Size?} -->|Single Story| D[pm: story]
    C -->|Major Enhancement| F[analyst: check]
    F --> G{Good?}
    G -->|Single story| D`;
  expect(boxOf(forked, stageOf({ routes }))).toBe("C");
});

test("the current box is marked, once it is known", () => {
  const drawn = markedDiagram(source, [
    stageOf({ agent: "analyst", artefacts: made("project-brief.md") }),
  ]);
  expect(drawn).toContain("style B stroke:");
  expect(markedDiagram(source, [])).toBe(source);
});

test.each([
  ["another kind of diagram", "sequenceDiagram\n  A->>B: Hi"],
  ["no diagram", "<script>alert(1)</script>"],
  ["a very long line", `graph TD\n${"A[".repeat(200_000)}`],
])("%s is left as it is", (_, other) => {
  expect(arrowsOf(other)).toEqual([]);
  expect(boxOf(other, stageOf())).toBeNull();
  expect(markedDiagram(other, [stageOf()])).toBe(other);
});
