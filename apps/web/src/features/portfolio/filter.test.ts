import { expect, test } from "vitest";
import { portfolio } from "@/mocks/world/portfolio";
import { countProjects, filterPortfolio } from "./filter";

const found = (search: string) =>
  filterPortfolio(portfolio.clients, search).flatMap((client) =>
    client.services.flatMap((service) => service.projects.map((project) => project.name)),
  );

test.each([
  ["", ["Lecteur RSS", "Newsletter", "Archives"]],
  ["  ", ["Lecteur RSS", "Newsletter", "Archives"]],
  ["rss", ["Lecteur RSS"]],
  ["LUMIERE", ["Lecteur RSS", "Newsletter"]],
  ["numérique story", ["Newsletter"]],
  ["records", ["Archives"]],
  ["nothing like it", []],
])("%j finds %j", (search, expected) => {
  expect(found(search)).toEqual(expected);
});

test("clients without a match are left out", () => {
  expect(filterPortfolio(portfolio.clients, "rss").map((client) => client.name)).toEqual([
    "Maison Lumière",
  ]);
});

test("projects are counted, and those that wait for a decision", () => {
  expect(countProjects(portfolio.clients)).toEqual({ projects: 3, waiting: 1 });
});
