import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { factsOf, northwind, serviceIs, serviceOf } from "@/mocks/world/levels";
import { ada } from "@/mocks/world/people";
import { clientId, readerId, serviceId } from "@/mocks/world/portfolio";
import { ServiceScreen } from "./service-screen";

const listed: Schemas["ListedProject"] = {
  id: readerId,
  key: "LECTEUR-RSS",
  name: "Lecteur RSS",
  version: 3,
  status: "blocked",
  status_reason: "No access.",
  archived_with: null,
  client: { id: clientId, name: "Maison Lumière" },
  service: { id: serviceId, name: "Lecture numérique" },
  owner: { id: ada.id, name: ada.name },
  method: "bmad",
  generation: "v4",
  stages_total: 4,
  stages_closed: 1,
  stage: "Create the PRD",
  stage_state: "current",
  stage_since: "2026-11-20T10:00:00Z",
  waiting_gate_id: null,
  waiting_due_at: null,
  waiting_for: null,
  stale_total: 0,
  documents_total: 2,
  contradictions: 0,
  changed_at: "2026-11-20T10:00:00Z",
};

beforeEach(() => {
  server.use(
    contract.get("/api/v1/projects", () => HttpResponse.json({ items: [listed], next: null })),
  );
});

const open = () => renderScreen(<ServiceScreen />, { at: `/services/${serviceId}` });

test("a service shows what it is about and its projects", async () => {
  const { container } = open();
  expect(await screen.findByText("What is read.")).toBeVisible();
  expect(await screen.findByRole("link", { name: "Lecteur RSS" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(screen.getByText("Blocked")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("a project is made in it, with the key that is suggested", async () => {
  let sent: unknown;
  server.use(
    contract.post("/api/v1/projects", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(factsOf({ name: "Nouveau" }), { status: 201 });
    }),
  );
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "New project" }));
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Nouveau");
  expect(await screen.findByPlaceholderText("NOUVEAU")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Key" }), "1x");
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(screen.getByRole("textbox", { name: "Key" })).toHaveAccessibleDescription(
    /begins with a letter/,
  );
  await user.clear(screen.getByRole("textbox", { name: "Key" }));
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByText("“Nouveau” is created")).toBeVisible();
  expect(sent).toMatchObject({
    service_id: serviceId,
    name: "Nouveau",
    key: null,
    type: "new",
    owner_id: ada.id,
  });
  expect(where()).toBe(`/projects/${readerId}`);
});

test("the owner of a new project is found by their name, or nobody", async () => {
  const grace = { id: "00000000-0000-4000-8000-0000000000aa", name: "Grace Hopper" };
  const sent: { owner_id?: string | null }[] = [];
  server.use(
    contract.get("/api/v1/clients/{client_id}/people", ({ request }) => {
      const search = new URL(request.url).searchParams.get("search");
      return HttpResponse.json({ items: search === "Grace Hopper" ? [grace] : [], next: null });
    }),
    contract.post("/api/v1/projects", async ({ request }) => {
      sent.push((await request.json()) as (typeof sent)[number]);
      return problem(409, "key_taken", "no", { field: "key" });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "New project" }));
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Nouveau");
  const owner = screen.getByRole("combobox", { name: "Owner" });
  expect(owner).toHaveValue(ada.name);
  await user.clear(owner);
  await user.click(screen.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(sent.at(-1)?.owner_id).toBeNull());
  await user.type(owner, "Grace Hopper");
  expect(await screen.findByRole("option", { name: "Grace Hopper" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Create" }));
  await waitFor(() => expect(sent.at(-1)?.owner_id).toBe(grace.id));
});

test("it moves to another client, found by its name", async () => {
  let sent: unknown;
  server.use(
    contract.put("/api/v1/services/{service_id}/client", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({ ...serviceOf(), released: [] });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecture numérique" }));
  await user.click(screen.getByRole("menuitem", { name: "Move…" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Move" }));
  const client = dialog.getByRole("combobox", { name: "Client" });
  expect(client).toHaveAccessibleDescription("Choose one of the clients.");
  await user.type(client, "northwind health");
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "They merged.");
  await user.click(dialog.getByRole("button", { name: "Move" }));
  expect(await dialog.findByText(/Confirm that it goes/)).toBeVisible();
  await user.click(dialog.getByRole("checkbox", { name: "Move it to this client" }));
  await user.click(dialog.getByRole("button", { name: "Move" }));
  expect(await screen.findByText(/is now in “Northwind Health”/)).toBeVisible();
  expect(sent).toEqual({
    client_id: northwind.id,
    confirm_other_client: true,
    reason: "They merged.",
  });
  let undoneFrom: string | null = null;
  server.use(
    contract.post("/api/v1/services/{service_id}/client/undoing", ({ request }) => {
      undoneFrom = request.headers.get("If-Match");
      return HttpResponse.json(serviceOf());
    }),
  );
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Everything is as it was")).toBeVisible();
  expect(undoneFrom).toBe('"3"');
});

test("a move is not undone over what somebody did meanwhile", async () => {
  server.use(
    contract.put("/api/v1/services/{service_id}/client", () =>
      HttpResponse.json({ ...serviceOf(), released: [] }),
    ),
    contract.post("/api/v1/services/{service_id}/client/undoing", () =>
      problem(409, "changed_since", "Changed."),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecture numérique" }));
  await user.click(screen.getByRole("menuitem", { name: "Move…" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("combobox", { name: "Client" }), "northwind health");
  await user.click(await dialog.findByRole("checkbox", { name: "Move it to this client" }));
  await user.click(dialog.getByRole("button", { name: "Move" }));
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Nothing was undone")).toBeVisible();
  expect(screen.getByText(/Somebody changed it since/)).toBeVisible();
});

test("in an archived client nothing new is made", async () => {
  server.use(serviceIs({ is_client_archived: true }));
  open();
  expect(await screen.findByText("The client of this service is archived")).toBeVisible();
  expect(screen.getByRole("button", { name: "New project" })).toHaveAccessibleDescription(
    /takes nothing new/,
  );
});
