import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { portfolioOf, readerGateId, readerId } from "@/mocks/world/portfolio";
import { PortfolioScreen } from "./portfolio-screen";

test("projects stand below their client and service, with stage, progress and what waits", async () => {
  const { container } = renderScreen(<PortfolioScreen />);
  const client = await screen.findByRole("region", { name: "Maison Lumière" });
  expect(within(client).getByRole("heading", { name: "Lecture numérique" })).toBeVisible();
  const row = within(within(client).getAllByRole("listitem")[0] ?? client);
  expect(row.getByRole("link", { name: "Lecteur RSS" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(row.getByText("Create the PRD")).toBeVisible();
  expect(row.getByRole("img", { name: "1 of 11 stages closed" })).toBeVisible();
  expect(row.getByRole("link", { name: "Waiting for decision: Lecteur RSS" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  expect(screen.getByRole("status")).toHaveTextContent("3 projects · 1 waiting for a decision");
  expect(document.title).toBe("(1) Portfolio · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("a project without a workflow says so", async () => {
  renderScreen(<PortfolioScreen />);
  const client = await screen.findByRole("region", { name: "Northwind Health" });
  expect(within(client).getByText("Documents only")).toBeVisible();
  expect(within(client).getByText("12 documents")).toBeVisible();
});

test("the list is filtered as one types; the slash key leads to the search", async () => {
  const { user } = renderScreen(<PortfolioScreen />);
  await screen.findByRole("link", { name: "Newsletter" });
  await user.keyboard("/rss");
  expect(screen.getByRole("searchbox")).toHaveValue("rss");
  expect(screen.getByRole("link", { name: "Lecteur RSS" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "Newsletter" })).not.toBeInTheDocument();
  expect(window.location.search).toBe("?q=rss");
});

test("a search without a match can be cleared", async () => {
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?q=zebra" });
  expect(await screen.findByText("Nothing matches “zebra”")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  expect(screen.getByRole("link", { name: "Newsletter" })).toBeVisible();
});

test("an empty portfolio offers the two ways in", async () => {
  server.use(portfolioOf([]));
  const { container } = renderScreen(<PortfolioScreen />);
  expect(await screen.findByRole("heading", { name: "No projects yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Choose a folder" })).toHaveAttribute("href", "/import");
  expect(await violations(container)).toEqual([]);
});

test("the sample portfolio opens the project where a gate waits", async () => {
  server.use(portfolioOf([]));
  const { user, where } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Add the sample portfolio" }));
  await vi.waitFor(() => expect(where()).toBe(`/projects/${readerId}`));
});

test("a sample that is there already is said", async () => {
  server.use(
    portfolioOf([]),
    contract.post("/api/v1/sample", () => problem(409, "sample_exists", "no")),
  );
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Add the sample portfolio" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "The sample portfolio is there already.",
  );
});

test("a viewer sees why importing is not for them", async () => {
  renderScreen(<PortfolioScreen />, { as: vera });
  const button = await screen.findByRole("button", { name: "Import" });
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveAttribute("aria-description", expect.stringMatching(/^Viewers can read/));
});

test("a failure can be tried again", async () => {
  server.use(contract.get("/api/v1/portfolio", () => HttpResponse.error()));
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { user } = renderScreen(<PortfolioScreen />);
  await screen.findByRole("heading", { name: "AgentLab cannot be reached" });
  server.resetHandlers();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Lecteur RSS" })).toBeVisible();
});

test("the page speaks French", async () => {
  renderScreen(<PortfolioScreen />, { language: "fr" });
  expect(await screen.findByRole("heading", { name: "Portefeuille" })).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("3 projets · 1 en attente de décision");
});
