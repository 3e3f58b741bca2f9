import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { contactOf, contactsAre, lumiere, marie } from "@/mocks/world/catalogue";
import { vera } from "@/mocks/world/people";
import { ContactsScreen } from "./contacts-screen";

const aClient = {
  ...lumiere,
  version: 1,
  updated_at: null,
  updated_by: null,
  domain: null,
  cost_of_delay: 1,
  archived_at: null,
  created_at: "2026-11-01T09:00:00Z",
  services_total: 1,
  projects_total: 1,
};
const clientsAre = contract.get("/api/v1/clients", () =>
  HttpResponse.json({ items: [aClient], next: null }),
);

test("contacts stand with their client, their address and how often they are linked", async () => {
  const { container } = renderScreen(<ContactsScreen />, { at: "/contacts" });
  const row = (await screen.findByRole("button", { name: "Marie Curie" })).closest("tr");
  const cells = within(row as HTMLElement);
  expect(cells.getByText("Maison Lumière")).toBeVisible();
  expect(cells.getByRole("link", { name: "marie@example.test" })).toHaveAttribute(
    "href",
    "mailto:marie@example.test",
  );
  const other = screen.getByRole("button", { name: "Pierre Curie" }).closest("tr");
  expect(within(other as HTMLElement).getByText("Inactive")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("the list is searched as one types", async () => {
  const { user } = renderScreen(<ContactsScreen />, { at: "/contacts" });
  await screen.findByRole("button", { name: "Marie Curie" });
  await user.keyboard("/pierre");
  await waitFor(() =>
    expect(screen.queryByRole("button", { name: "Marie Curie" })).not.toBeInTheDocument(),
  );
  expect(screen.getByRole("button", { name: "Pierre Curie" })).toBeVisible();
  await user.keyboard("zebra");
  expect(await screen.findByText("No contact matches")).toBeVisible();
});

test("a contact is added to a client", async () => {
  let sent: unknown;
  server.use(
    clientsAre,
    contract.post("/api/v1/contacts", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(marie, { status: 201 });
    }),
  );
  const { user, container } = renderScreen(<ContactsScreen />, { at: "/contacts" });
  await user.click(await screen.findByRole("button", { name: "New contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Add contact" }));
  expect(dialog.getByText("Choose a client.")).toBeVisible();
  expect(dialog.getByText("Write a name.")).toBeVisible();
  await user.type(dialog.getByRole("combobox", { name: "Client" }), "maison");
  await user.click(await dialog.findByRole("option", { name: "Maison Lumière" }));
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "Marie Curie");
  await user.type(dialog.getByRole("textbox", { name: "E-mail" }), "marie@example.test");
  expect(await violations(container)).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Add contact" }));
  expect(await screen.findByText("Marie Curie was added.")).toBeVisible();
  expect(sent).toMatchObject({
    client_id: lumiere.id,
    name: "Marie Curie",
    email: "marie@example.test",
    active: true,
  });
});

test("what the API refuses is said in French, and its field has the focus", async () => {
  server.use(
    contract.post("/api/v1/contacts", () =>
      problem(422, "invalid_input", "`email`: must be an e-mail address alone.", {
        field: "email",
        kind: "no_email",
      }),
    ),
  );
  const { user } = renderScreen(<ContactsScreen />, { at: "/contacts", language: "fr" });
  await user.click(await screen.findByRole("button", { name: "Nouveau contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("combobox", { name: "Client" }), "maison");
  await user.click(await dialog.findByRole("option", { name: "Maison Lumière" }));
  await user.type(dialog.getByRole("textbox", { name: "Nom" }), "Marie Curie");
  const email = dialog.getByRole("textbox", { name: "E-mail" });
  await user.type(email, "nobody{Enter}");
  await waitFor(() => expect(email).toHaveAccessibleDescription(/pas une adresse e-mail/));
  await waitFor(() => expect(email).toHaveFocus());
});

test("a client's name that is pasted counts as soon as the client is found", async () => {
  let sent: unknown;
  server.use(
    contract.get("/api/v1/clients", ({ request }) => {
      const isAsked = new URL(request.url).searchParams.get("search") === "Maison Lumière";
      return HttpResponse.json({ items: isAsked ? [aClient] : [], next: null });
    }),
    contract.post("/api/v1/contacts", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(marie, { status: 201 });
    }),
  );
  const { user } = renderScreen(<ContactsScreen />, { at: "/contacts" });
  await user.click(await screen.findByRole("button", { name: "New contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("combobox", { name: "Client" }));
  await user.paste("Maison Lumière");
  await dialog.findByRole("option", { name: "Maison Lumière" });
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "Marie Curie{Enter}");
  expect(await screen.findByText("Marie Curie was added.")).toBeVisible();
  expect(sent).toMatchObject({ client_id: lumiere.id });
});

test("an address that somebody has already is said at its field, and they are offered", async () => {
  server.use(
    clientsAre,
    contract.post("/api/v1/contacts", () =>
      problem(409, "contact_exists", `There already (contact ${marie.id}).`, { field: "email" }),
    ),
  );
  const { user, where } = renderScreen(<ContactsScreen />, { at: "/contacts" });
  await user.click(await screen.findByRole("button", { name: "New contact" }));
  await user.type(screen.getByRole("combobox", { name: "Client" }), "maison");
  await user.click(await screen.findByRole("option", { name: "Maison Lumière" }));
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Marie{Enter}");
  const field = screen.getByRole("textbox", { name: "E-mail" });
  await waitFor(() => expect(field).toBeInvalid());
  expect(field).toHaveAccessibleDescription(/One person is one contact/);
  await user.click(screen.getByRole("button", { name: "Take the contact that is there" }));
  await expect.poll(where).toBe(`/contacts?contact=${marie.id}`);
});

test("an open contact shows where it is linked, and is set inactive", async () => {
  let sent: unknown;
  let named: string | null = null;
  server.use(
    contract.patch("/api/v1/contacts/{contact_id}", async ({ request }) => {
      sent = await request.json();
      named = request.headers.get("If-Match");
      return HttpResponse.json(marie);
    }),
  );
  const { user } = renderScreen(<ContactsScreen />, { at: `/contacts?contact=${marie.id}` });
  expect(await screen.findByRole("link", { name: "Lecteur RSS" })).toBeVisible();
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText("Approver")).toBeVisible();
  await user.click(dialog.getByRole("checkbox", { name: "Active" }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Contact saved.")).toBeVisible();
  expect(sent).toEqual({ active: false });
  expect(named).toBe('"3"');
});

test("what somebody else saved meanwhile is shown before anything is saved", async () => {
  let reads = 0;
  const theirs = contactOf({
    phone: "none",
    version: 4,
    updated_by: { id: "00000000-0000-4000-8000-0000000000b0", name: "Bob Noyce" },
  });
  server.use(
    contract.get("/api/v1/contacts/{contact_id}", () =>
      HttpResponse.json(reads++ ? theirs : marie),
    ),
    contract.patch("/api/v1/contacts/{contact_id}", () => problem(412, "changed_meanwhile", "no")),
  );
  const { user } = renderScreen(<ContactsScreen />, { at: `/contacts?contact=${marie.id}` });
  const phone = await screen.findByRole("textbox", { name: "Phone" });
  await user.clear(phone);
  await user.type(phone, "mine{Enter}");
  expect(
    await screen.findByRole("dialog", { name: "Changed by Bob Noyce meanwhile" }),
  ).toBeVisible();
  expect(screen.getByText("Both changed it")).toBeVisible();
});

test("a contact goes into the bin after its name is typed, and comes back with one click", async () => {
  const asked: string[] = [];
  server.use(
    contract.delete("/api/v1/contacts/{contact_id}", ({ request }) => {
      asked.push(new URL(request.url).search, request.headers.get("If-Match") ?? "");
      return noContent();
    }),
    contract.post("/api/v1/bin/{binned_id}/restoration", ({ params }) => {
      asked.push(String(params["binned_id"]));
      return HttpResponse.json({ id: marie.id, kind: "contact", name: marie.name });
    }),
  );
  const { user, where } = renderScreen(<ContactsScreen />, {
    at: `/contacts?contact=${marie.id}`,
  });
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Delete “Marie Curie”?" }));
  expect(await dialog.findByText("1 link")).toBeVisible();
  await user.type(dialog.getByRole("textbox", { name: /Type the name/ }), "Marie Curie{Enter}");
  expect(await screen.findByText("“Marie Curie” is in the bin")).toBeVisible();
  await expect.poll(where).toBe("/contacts");
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await expect.poll(() => asked).toEqual(["?name=Marie%20Curie", '"3"', marie.id]);
});

test("a viewer reads a contact and changes nothing", async () => {
  renderScreen(<ContactsScreen />, { at: `/contacts?contact=${marie.id}`, as: vera });
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("Head of research")).toBeVisible();
  expect(dialog.queryByRole("textbox")).not.toBeInTheDocument();
});

test("a list without contacts says what they are for, in French too", async () => {
  server.use(contactsAre());
  renderScreen(<ContactsScreen />, { at: "/contacts", language: "fr" });
  expect(await screen.findByText("Aucun contact pour l’instant")).toBeVisible();
});
