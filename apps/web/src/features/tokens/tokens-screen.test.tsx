import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada, vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { TokensScreen } from "./tokens-screen";

const token = (facts: Partial<Schemas["TokenOut"]> = {}): Schemas["TokenOut"] => ({
  id: "00000000-0000-4000-8000-0000000000c1",
  name: "Claude Code on my laptop",
  owner: { id: ada.id, name: ada.name },
  hint: "x7Qz",
  scopes: ["read", "write"],
  project_id: null,
  project_name: null,
  created_at: "2026-11-01T09:00:00Z",
  expires_at: null,
  last_used_at: null,
  last_used_address: null,
  ...facts,
});

let tokens: Schemas["TokenOut"][];
let asked: Schemas["TokenIn"] | undefined;

beforeEach(() => {
  tokens = [];
  asked = undefined;
  server.use(
    contract.get("/api/v1/tokens", ({ request }) => {
      const isAll = new URL(request.url).searchParams.get("all") === "true";
      const shown = tokens.filter(({ owner }) => isAll || owner.id === ada.id);
      return HttpResponse.json({ items: shown, next: null });
    }),
    contract.post("/api/v1/tokens", async ({ request }) => {
      asked = (await request.json()) as Schemas["TokenIn"];
      const made = token({ name: asked.name, scopes: asked.scopes });
      tokens = [made, ...tokens];
      return HttpResponse.json({ ...made, token: `agl_${"s".repeat(39)}x7Qz` }, { status: 201 });
    }),
    contract.delete("/api/v1/tokens/{token_id}", ({ params }) => {
      tokens = tokens.filter(({ id }) => id !== params["token_id"]);
      return noContent();
    }),
  );
});

const openDialog = async (as = ada) => {
  const view = renderScreen(<TokensScreen />, { at: "/tokens", as });
  await screen.findByText("There is no token yet");
  await view.user.click(screen.getAllByRole("button", { name: "Create a token" })[0] as Element);
  return { ...view, dialog: within(await screen.findByRole("dialog")) };
};

test("a token is made, shown once, and then stands in the list", async () => {
  const { user, dialog } = await openDialog();
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "Claude Code");
  await user.click(dialog.getByRole("radio", { name: "Read and write" }));
  await user.type(dialog.getByRole("combobox", { name: "Only this project" }), "lecteur");
  await user.click(await dialog.findByRole("option", { name: /Lecteur RSS/ }));
  await user.click(dialog.getByRole("button", { name: "Create a token" }));
  expect(await screen.findByText(`agl_${"s".repeat(39)}x7Qz`)).toBeVisible();
  expect(asked).toMatchObject({ name: "Claude Code", scopes: ["read", "write"] });
  expect(asked?.project_id).toBe(readerId);
  expect(Date.parse(asked?.expires_at ?? "")).toBeGreaterThan(Date.now());
  expect(screen.getByRole("button", { name: "Copy the token" })).toBeVisible();
  await user.keyboard("{Escape}");
  expect(screen.getByText(/^agl_/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "I have copied it" }));
  expect(screen.queryByText(/^agl_/)).not.toBeInTheDocument();
  expect(await screen.findByText("…x7Qz")).toBeVisible();
});

test("a token needs a name, and a project that there is", async () => {
  const { user, dialog } = await openDialog();
  await user.type(dialog.getByRole("combobox", { name: "Only this project" }), "nowhere");
  await user.click(dialog.getByRole("button", { name: "Create a token" }));
  expect(dialog.getByText("Give the token a name.")).toBeVisible();
  expect(dialog.getByText(/There is no such project/)).toBeVisible();
  expect(asked).toBeUndefined();
});

test("what the server refuses is said, and what was typed stays", async () => {
  server.use(contract.post("/api/v1/tokens", () => problem(409, "too_many_tokens", "no")));
  const { user, dialog } = await openDialog();
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "One more{Enter}");
  expect(await dialog.findByRole("alert")).toHaveTextContent("Revoke one that nobody uses first.");
  expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("One more");
});

test("a viewer can only make tokens that read", async () => {
  const { dialog } = await openDialog(vera);
  expect(dialog.getByRole("radio", { name: "Read and write" })).toBeDisabled();
  expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
});

test("revoking asks first, and then the token is gone", async () => {
  tokens = [token({ last_used_at: "2026-11-20T09:00:00Z", last_used_address: "192.0.2.7" })];
  const { user } = renderScreen(<TokensScreen />, { at: "/tokens" });
  expect(await screen.findByText(/from 192.0.2.7/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Revoke Claude Code on my laptop" }));
  const dialog = within(await screen.findByRole("alertdialog"));
  await user.click(dialog.getByRole("button", { name: "Revoke" }));
  expect(await screen.findByText("There is no token yet")).toBeVisible();
  expect(screen.getByText("“Claude Code on my laptop” was revoked")).toBeVisible();
});

test("an administrator sees everybody's, with whose they are", async () => {
  tokens = [token({ name: "Vera's", owner: { id: vera.id, name: vera.name } })];
  const { user } = renderScreen(<TokensScreen />, { at: "/tokens" });
  await screen.findByText("There is no token yet");
  await user.click(screen.getByRole("checkbox", { name: "Show everybody’s tokens" }));
  expect(await screen.findByText(/of Vera Rubin/)).toBeVisible();
});

test("a failure can be tried again", async () => {
  const away = () => problem(503, "unavailable", "away");
  server.use(contract.get("/api/v1/tokens", away));
  renderScreen(<TokensScreen />, { at: "/tokens" });
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
});

test("nothing stands in the way of assistive technology, in French too", async () => {
  tokens = [token({ project_id: readerId, expires_at: "2020-01-01T00:00:00Z" })];
  const { container, user } = renderScreen(<TokensScreen />, { at: "/tokens", language: "fr" });
  await screen.findByText("expiré");
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Créer un jeton" }));
  const dialog = await screen.findByRole("dialog");
  await waitFor(async () => expect(await violations(dialog)).toEqual([]));
});
