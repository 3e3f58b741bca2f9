import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { switchShortcuts } from "@/lib/use-shortcuts";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { AppShell } from "./app-shell";
import { Breadcrumbs } from "./breadcrumbs";
import { SessionGate } from "./session-gate";

const shell = (
  <AppShell>
    <Breadcrumbs crumbs={[{ label: "Maison Lumière", href: "/" }, { label: "Reader" }]} />
    <h1>Reader</h1>
  </AppShell>
);

afterEach(() => {
  delete document.documentElement.dataset["theme"];
});

test("the page says where it is, and axe finds nothing wrong with its frame", async () => {
  const { container } = renderScreen(shell);
  expect(screen.getByRole("navigation", { name: "Breadcrumbs" })).toBeVisible();
  expect(screen.getByText("Reader", { selector: "[aria-current=page]" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Skip to content" })).toHaveAttribute("href", "#content");
  expect(await violations(container)).toEqual([]);
});

test("the language is switched at once and kept", async () => {
  const { user } = renderScreen(shell);
  await user.click(screen.getByRole("button", { name: "Language" }));
  await user.click(await screen.findByRole("menuitemradio", { name: "Français" }));
  expect(screen.getByRole("button", { name: "Langue" })).toBeVisible();
  expect([document.documentElement.lang, localStorage.getItem("agentlab.language")]).toEqual([
    "fr",
    "fr",
  ]);
});

test("a theme is chosen, or left to the system again", async () => {
  const { user } = renderScreen(shell);
  const choose = async (name: string) => {
    await user.click(screen.getByRole("button", { name: "Theme" }));
    await user.click(await screen.findByRole("menuitemradio", { name }));
  };
  await choose("Dark");
  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  await choose("Like the system");
  expect(document.documentElement).not.toHaveAttribute("data-theme");
  expect(localStorage.getItem("agentlab.theme")).toBeNull();
});

test("the question mark lists the keys of the page, and they can be switched off for good", async () => {
  const { user } = renderScreen(shell);
  await user.keyboard("?");
  const sheet = within(screen.getByRole("dialog", { name: "Keyboard shortcuts" }));
  expect(sheet.getByText("Show this list")).toBeVisible();
  expect(sheet.getByRole("checkbox")).toHaveFocus();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(sheet.getByRole("checkbox", { name: "Use single-key shortcuts" }));
  await user.keyboard("{Escape}");
  await user.keyboard("?");
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(localStorage.getItem("agentlab.shortcuts")).toBe("off");
});

test("switched-off shortcuts are switched on again from the account menu", async () => {
  switchShortcuts(false);
  const { user } = renderScreen(shell);
  await user.click(screen.getByRole("button", { name: "Account of Ada Lovelace" }));
  await user.click(await screen.findByRole("menuitem", { name: "Keyboard shortcuts" }));
  await user.click(await screen.findByRole("checkbox", { name: "Use single-key shortcuts" }));
  await user.keyboard("{Escape}");
  const account = screen.getByRole("button", { name: "Account of Ada Lovelace" });
  await waitFor(() => expect(account).toHaveFocus());
  await user.keyboard("?");
  expect(screen.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("signing out ends the session on the server, and leads to sign in", async () => {
  const ended = vi.fn(noContent);
  server.use(contract.delete("/api/v1/session", ended));
  const { user, where } = renderScreen(<SessionGate skeleton={null}>{shell}</SessionGate>);
  await user.click(await screen.findByRole("button", { name: "Account of Ada Lovelace" }));
  expect(await screen.findByText("Administrator")).toBeVisible();
  await user.click(screen.getByRole("menuitem", { name: "Sign out" }));
  await waitFor(() => expect(where()).toBe("/sign-in"));
  expect(ended).toHaveBeenCalledOnce();
});

test("a sign-out that failed is said", async () => {
  server.use(contract.delete("/api/v1/session", () => problem(503, "unavailable", "no")));
  const { user } = renderScreen(shell);
  await user.click(screen.getByRole("button", { name: "Account of Ada Lovelace" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByText(/AgentLab is starting or being updated/)).toBeVisible();
});
