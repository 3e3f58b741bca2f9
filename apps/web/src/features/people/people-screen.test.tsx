import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import {
  adaAsUser,
  clients,
  grace,
  linkFor,
  user,
  usersAre,
  veraAsUser,
} from "@/mocks/world/users";
import { PeopleScreen } from "./people-screen";

async function openMenuOf(name: string) {
  const view = renderScreen(<PeopleScreen />, { at: "/people" });
  await view.user.click(await screen.findByRole("button", { name: `Actions for ${name}` }));
  return view;
}

const choose = async (view: Awaited<ReturnType<typeof openMenuOf>>, item: string) =>
  view.user.click(await screen.findByRole("menuitem", { name: item }));

test("everybody stands there with what they may do and what is not as usual", async () => {
  const { container } = renderScreen(<PeopleScreen />, { at: "/people" });
  const row = (await screen.findByText("Grace Hopper")).closest("tr") as HTMLElement;
  expect(within(row).getByText("Invited")).toBeVisible();
  expect(within(row).getByText("never")).toBeVisible();
  const mine = within(screen.getByText("Ada Lovelace").closest("tr") as HTMLElement);
  expect(mine.getByText("You")).toBeVisible();
  expect(mine.getByText("All clients")).toBeVisible();
  const veras = within(screen.getByText("Vera Rubin").closest("tr") as HTMLElement);
  expect(veras.getByText("No client yet")).toBeVisible();
  expect(document.title).toBe("People · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("the list is searched as one types and filtered", async () => {
  const asked: string[] = [];
  server.use(
    contract.get("/api/v1/users", ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ items: [], next: null });
    }),
  );
  const { user: person } = renderScreen(<PeopleScreen />, { at: "/people" });
  await person.type(screen.getByRole("searchbox"), "ada");
  await waitFor(() => expect(asked.at(-1)).toContain("search=ada"));
  expect(await screen.findByText("Nobody matches")).toBeVisible();
  await person.click(screen.getByRole("combobox", { name: "State" }));
  await person.click(await screen.findByRole("option", { name: "Locked" }));
  await waitFor(() => expect(asked.at(-1)).toContain("state=locked"));
  await person.click(await screen.findByRole("button", { name: "Show everybody" }));
  expect(screen.getByRole("searchbox")).toHaveValue("");
});

test("more are shown on demand", async () => {
  server.use(
    contract.get("/api/v1/users", ({ request }) =>
      new URL(request.url).searchParams.get("after") === "2"
        ? HttpResponse.json({ items: [veraAsUser], next: null })
        : HttpResponse.json({ items: [adaAsUser, grace], next: "2" }),
    ),
  );
  const { user: person } = renderScreen(<PeopleScreen />, { at: "/people" });
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Vera Rubin")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("the first administrator is told how others come in", async () => {
  server.use(usersAre(adaAsUser));
  renderScreen(<PeopleScreen />, { at: "/people" });
  expect(await screen.findByText("Nobody else is here yet")).toBeVisible();
});

test("somebody is invited to some clients, and the link is shown once", async () => {
  const asked = vi.fn();
  server.use(
    contract.post("/api/v1/invitations", async ({ request }) => {
      asked(await request.json());
      return HttpResponse.json({ user: grace, link: linkFor("invitation") }, { status: 201 });
    }),
  );
  const { user: person } = renderScreen(<PeopleScreen />, { at: "/people" });
  await screen.findByText("Grace Hopper");
  await person.click(screen.getByRole("button", { name: "Invite" }));
  const dialog = await screen.findByRole("dialog", { name: "Invite" });
  await person.click(within(dialog).getByRole("button", { name: "Make the link" }));
  expect(within(dialog).getByRole("textbox", { name: "Name" })).toHaveFocus();
  expect(within(dialog).getByText("Enter a name.")).toBeVisible();
  await person.type(within(dialog).getByRole("textbox", { name: "Name" }), "Grace Hopper");
  await person.type(within(dialog).getByRole("textbox", { name: "E-mail" }), "grace@example.test");
  await person.click(within(dialog).getByRole("radio", { name: "Only some clients" }));
  await person.type(within(dialog).getByRole("searchbox", { name: "Find a client" }), "maison");
  await person.click(await within(dialog).findByRole("checkbox", { name: "Maison Lumière" }));
  expect(within(dialog).getByText("1 client chosen")).toBeVisible();
  await waitFor(() =>
    expect(within(dialog).queryByRole("checkbox", { name: "Northwind Health" })).toBeNull(),
  );
  expect(await violations(dialog)).toEqual([]);
  await person.click(within(dialog).getByRole("button", { name: "Make the link" }));
  const link = await screen.findByRole("textbox", { name: "Link" });
  expect(link).toHaveValue(`${window.location.origin}/invitation#a-token`);
  expect(screen.getByRole("button", { name: "Copy the link" })).toBeVisible();
  expect(asked.mock.calls[0]?.[0]).toMatchObject({
    name: "Grace Hopper",
    email: "grace@example.test",
    role: "viewer",
    sees_all_clients: false,
    client_ids: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
  });
});

test("clients that somebody sees already stand first, whatever is searched", async () => {
  const archived = { id: "00000000-0000-4000-8000-0000000000c9", name: "Zenith, archived" };
  server.use(usersAre({ ...veraAsUser, clients: [archived] }));
  const asked = vi.fn();
  server.use(
    contract.patch("/api/v1/users/{user_id}", async ({ request }) => {
      asked(await request.json());
      return HttpResponse.json({ ...veraAsUser, released: [] });
    }),
  );
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Edit…");
  const all = await screen.findAllByRole("checkbox");
  expect(all[0]).toHaveAccessibleName("Zenith, archived");
  expect(all[0]).toBeChecked();
  await view.user.type(screen.getByRole("searchbox", { name: "Find a client" }), "north");
  await waitFor(() => expect(screen.getAllByRole("checkbox")).toHaveLength(1));
  await view.user.click(screen.getByRole("checkbox", { name: "Northwind Health" }));
  expect(screen.getByText("2 clients chosen")).toBeVisible();
  await view.user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(asked).toHaveBeenCalledExactlyOnceWith({ client_ids: [clients[1]?.id, archived.id] }),
  );
});

test("an address that has an account already is said under its field", async () => {
  const refuse = () => problem(409, "email_taken", "no", { field: "email" });
  server.use(contract.post("/api/v1/invitations", refuse));
  const { user: person } = renderScreen(<PeopleScreen />, { at: "/people" });
  await screen.findByText("Grace Hopper");
  await person.click(screen.getByRole("button", { name: "Invite" }));
  await person.type(await screen.findByRole("textbox", { name: "Name" }), "Ada");
  await person.type(screen.getByRole("textbox", { name: "E-mail" }), "ada@example.test");
  await person.click(screen.getByRole("button", { name: "Make the link" }));
  const email = screen.getByRole("textbox", { name: "E-mail" });
  await waitFor(() => expect(email).toHaveAccessibleDescription(/has an account already/));
});

test("only what was changed is sent, from the version that was read", async () => {
  const asked = vi.fn();
  server.use(
    contract.patch("/api/v1/users/{user_id}", async ({ request }) => {
      asked(request.headers.get("if-match"), await request.json());
      return HttpResponse.json({ ...veraAsUser, released: [] });
    }),
  );
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Edit…");
  await view.user.click(await screen.findByRole("radio", { name: "All clients" }));
  await view.user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Vera Rubin is saved")).toBeVisible();
  expect(asked).toHaveBeenCalledExactlyOnceWith('"3"', { sees_all_clients: true });
});

test("who was changed meanwhile is compared, and nothing that was typed is lost", async () => {
  const written = vi.fn();
  server.use(
    contract.patch("/api/v1/users/{user_id}", async ({ request }) => {
      if (request.headers.get("if-match") === '"3"') return problem(412, "changed_meanwhile", "no");
      written(request.headers.get("if-match"), await request.json());
      return HttpResponse.json({ ...veraAsUser, released: [] });
    }),
    contract.get("/api/v1/users/{user_id}", () =>
      HttpResponse.json({
        ...veraAsUser,
        role: "product_owner",
        clients: clients.slice(0, 1),
        version: 4,
        updated_by: { id: veraAsUser.id, name: "Grace Hopper" },
      }),
    ),
  );
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Edit…");
  await view.user.type(await screen.findByRole("textbox", { name: "Name" }), "!");
  await view.user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = within(
    await screen.findByRole("dialog", { name: "Changed by Grace Hopper meanwhile" }),
  );
  const role = within(dialog.getByRole("region", { name: "Role" }));
  expect(role.getByRole("radio", { name: "Grace Hopper" })).toBeChecked();
  expect(role.getByText("Product owner")).toBeVisible();
  const seen = within(dialog.getByRole("region", { name: "Clients" }));
  expect(seen.getByText(clients[0]?.name ?? "")).toBeVisible();
  const name = within(dialog.getByRole("region", { name: "Name" }));
  expect(name.getByText("Vera Rubin!")).toBeVisible();
  await view.user.click(dialog.getByRole("button", { name: "Save this" }));
  await waitFor(() =>
    expect(written).toHaveBeenCalledExactlyOnceWith('"4"', { name: "Vera Rubin!" }),
  );
});

test("the last administrator is neither demoted nor deactivated, and it says why", async () => {
  const view = await openMenuOf("Ada Lovelace");
  const item = await screen.findByRole("menuitem", { name: "Deactivate" });
  expect(item).toHaveAttribute("aria-disabled", "true");
  expect(item).toHaveAccessibleDescription(/last administrator/);
  await choose(view, "Edit…");
  const role = await screen.findByRole("combobox", { name: "Role" });
  expect(role).toBeDisabled();
  expect(role).toHaveAccessibleDescription(/last administrator/);
});

test("deactivating is confirmed", async () => {
  const asked = vi.fn();
  server.use(
    contract.post("/api/v1/users/{user_id}/deactivation", ({ params }) => {
      asked(params["user_id"]);
      return problem(409, "last_administrator", "no");
    }),
  );
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Deactivate");
  const dialog = await screen.findByRole("alertdialog", { name: "Deactivate Vera Rubin?" });
  expect(asked).not.toHaveBeenCalled();
  await view.user.click(within(dialog).getByRole("button", { name: "Deactivate" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent(/last administrator/);
  expect(asked).toHaveBeenCalledExactlyOnceWith(veraAsUser.id);
});

test("who is deactivated loses projects, which is said before and after", async () => {
  const owner = { id: veraAsUser.id, name: "Vera Rubin" };
  server.use(
    usersAre({ ...veraAsUser, projects_owned: 1 }),
    contract.post("/api/v1/users/{user_id}/deactivation", () =>
      HttpResponse.json({
        released: [{ id: "00000000-0000-4000-8000-0000000000d1", name: "Reader", owner }],
        tokens_revoked: 1,
      }),
    ),
  );
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Deactivate");
  const dialog = await screen.findByRole("alertdialog", { name: "Deactivate Vera Rubin?" });
  expect(dialog).toHaveAccessibleDescription(
    /API tokens are revoked. 1 project has no owner then./,
  );
  await view.user.click(within(dialog).getByRole("button", { name: "Deactivate" }));
  expect(await screen.findByText("Vera Rubin is deactivated")).toBeVisible();
  expect(
    screen.getByText("Vera Rubin cannot own “Reader” any more, which has no owner now."),
  ).toBeVisible();
});

test("an erased person is marked, and nothing is done to them", async () => {
  const erased = user({
    state: "erased",
    name: "Erased person",
    email: "erased-00000000@invalid",
    deactivated_at: "2026-11-28T12:00:00Z",
  });
  server.use(usersAre(adaAsUser, erased));
  renderScreen(<PeopleScreen />, { at: "/people", language: "fr" });
  const row = (await screen.findByText("Personne effacée")).closest("tr") as HTMLElement;
  expect(within(row).getByText("Effacé")).toBeVisible();
  expect(within(row).queryByRole("button")).not.toBeInTheDocument();
  expect(within(row).queryByText(/@invalid/)).not.toBeInTheDocument();
});

test("a link resets the password", async () => {
  const view = await openMenuOf("Vera Rubin");
  await choose(view, "Link to reset the password");
  expect(await screen.findByRole("dialog", { name: "New password for Vera Rubin" })).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Link" })).toHaveValue(
    `${window.location.origin}/invitation#a-token`,
  );
});

test("who is locked out is unlocked", async () => {
  server.use(usersAre(user({ state: "locked", locked_until: "2026-11-28T12:00:00Z" })));
  const view = await openMenuOf("Eve Moore");
  expect(screen.getByText("Locked")).toBeVisible();
  await choose(view, "Unlock");
  expect(await screen.findByText("Eve Moore can sign in again")).toBeVisible();
});

test("who is deactivated has one way back", async () => {
  server.use(usersAre(user({ state: "deactivated", deactivated_at: "2026-11-28T12:00:00Z" })));
  const view = await openMenuOf("Eve Moore");
  expect(screen.queryByRole("menuitem", { name: /password|Sign out/ })).not.toBeInTheDocument();
  await choose(view, "Reactivate");
  expect(await screen.findByText("Eve Moore can sign in again")).toBeVisible();
});

test("nobody else manages people", async () => {
  renderScreen(<PeopleScreen />, { at: "/people", as: vera });
  expect(await screen.findByText("Only administrators manage people")).toBeVisible();
});

test("the page speaks French", async () => {
  renderScreen(<PeopleScreen />, { at: "/people", language: "fr" });
  expect(await screen.findByRole("heading", { name: "Personnes" })).toBeVisible();
});
