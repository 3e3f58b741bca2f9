import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { brief, prd, prdWithText } from "@/mocks/world/reader";
import { DocumentScreen } from "./document-screen";

const at = `/documents/${prd.id}`;
const open = (options = {}) => renderScreen(<DocumentScreen />, { at, ...options });

const documentIs = (facts: Partial<Schemas["DocumentOut"]>) =>
  server.use(
    contract.get("/api/v1/documents/{document_id}", () =>
      HttpResponse.json({ ...prdWithText, ...facts }),
    ),
  );

test("the document is rendered, with its path, size, digest and place", async () => {
  const { container } = open();
  expect(await screen.findByText("docs/prd.md")).toBeVisible();
  expect(screen.getAllByRole("heading", { name: "Product requirements" })).toHaveLength(2);
  expect(screen.getByText(prd.sha256.slice(0, 12))).toHaveAttribute(
    "title",
    `SHA-256 ${prd.sha256}`,
  );
  expect(screen.getByText("2.9 kB")).toBeVisible();
  expect(screen.getByRole("link", { name: /Download/ })).toHaveAttribute(
    "href",
    `/api/v1/documents/${prd.id}/versions/2/content`,
  );
  expect(document.title).toBe("Product requirements · Lecteur RSS · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("what is no Markdown is shown as it is", async () => {
  documentIs({ path: "plan/sprint-status.yaml", text: "# generated\n1-1-lists: done\n" });
  open();
  expect(await screen.findByText("1-1-lists: done")).toBeVisible();
  expect(screen.queryByRole("heading", { name: "generated" })).toBeNull();
});

test("a link to another document of the project leads to its page", async () => {
  open();
  const link = await screen.findByRole("link", { name: "the brief" });
  expect(link).toHaveAttribute("href", `/documents/${brief.id}`);
});

test("a link to a file that AgentLab does not have is plain words", async () => {
  documentIs({ text: "See [the notes](notes.md)." });
  open();
  await waitFor(() =>
    expect(screen.getByText("the notes")).toHaveAttribute(
      "title",
      "AgentLab has no document at docs/notes.md",
    ),
  );
  expect(screen.queryByRole("link", { name: "the notes" })).toBeNull();
});

test("the t key switches to the source and back", async () => {
  const { user } = open();
  await screen.findByText("docs/prd.md");
  await user.keyboard("t");
  expect(screen.getByRole("button", { name: "Source" })).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByRole("group", { name: "Source of docs/prd.md" })).toHaveTextContent(
    /# Product requirements.*See \[the brief\]\(brief\.md\)\./,
  );
  await user.keyboard("t");
  expect(screen.getByRole("button", { name: "Rendered" })).toHaveAttribute("aria-pressed", "true");
});

test("an older version says so and leads to the newest", async () => {
  open({ at: `${at}?version=1` });
  expect(await screen.findByText("This is version 1, not the newest one")).toBeVisible();
  expect(screen.getByRole("link", { name: "Show the newest one, version 2" })).toHaveAttribute(
    "href",
    at,
  );
});

test("another version is picked", async () => {
  const { user, where } = open();
  await user.click(await screen.findByRole("combobox", { name: "Version" }));
  await user.click(screen.getByRole("option", { name: /^v1 · .* · 01d0000$/ }));
  expect(where()).toBe(`${at}?version=1`);
  expect(await screen.findByText("This is version 1, not the newest one")).toBeVisible();
});

test.each([
  [{ missing_since: "2026-11-21T10:00:00Z" }, "The file is gone from the project’s folder"],
  [{ is_utf8: false }, "This file is not valid UTF-8"],
  [{ is_whole: false }, "This is only the beginning of a very large file"],
  [{ text: "" }, "This document is empty."],
])("what one has to know is said: case %#", async (facts, notice) => {
  documentIs(facts);
  open();
  expect(await screen.findByText(notice)).toBeVisible();
});

test("a large document is plain text until somebody asks for more", async () => {
  documentIs({ text: `# Large\n\n${"x".repeat(300_000)}` });
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Render it anyway" }));
  expect(await screen.findByRole("heading", { name: "Large" })).toBeVisible();
});

test("a document with several parts has an outline", async () => {
  documentIs({ text: "# One\n\n## Two\n\n## Three\n" });
  open();
  const outline = await screen.findByRole("navigation", { name: "On this page" });
  expect([...outline.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([
    "#user-content-one",
    "#user-content-two",
    "#user-content-three",
  ]);
});
