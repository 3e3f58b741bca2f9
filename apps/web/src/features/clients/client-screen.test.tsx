import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import {
  clientIs,
  clientOf,
  education,
  healthcare,
  serviceOf,
  transitionOf,
} from "@/mocks/world/levels";
import { grace, vera } from "@/mocks/world/people";
import { clientId } from "@/mocks/world/portfolio";
import { ClientScreen } from "./client-screen";

const at = `/clients/${clientId}`;
const open = (options = {}) => renderScreen(<ClientScreen />, { at, ...options });
const labelOf = ({ id, name, colour }: typeof healthcare) => ({ id, name, colour });

test("a client shows its domain, its services and its history", async () => {
  server.use(
    clientIs({ domain: labelOf(healthcare) }),
    contract.get("/api/v1/clients/{client_id}/transitions", () =>
      HttpResponse.json({ items: [transitionOf({ reason: "It ended." })], next: null }),
    ),
  );
  const { container } = open();
  expect(await screen.findByRole("heading", { name: /Maison Lumière.*Healthcare/ })).toBeVisible();
  expect(await screen.findByRole("link", { name: "Lecture numérique" })).toHaveAttribute(
    "href",
    `/services/${serviceOf().id}`,
  );
  expect(await screen.findByText("It ended.")).toBeVisible();
  expect(screen.getByText("Archived")).toBeVisible();
  expect(screen.getByText(/1 service · 2 projects/)).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("only what was changed is sent, with the version that was read", async () => {
  let sent: unknown;
  let named: string | null = null;
  server.use(
    contract.patch("/api/v1/clients/{client_id}", async ({ request }) => {
      sent = await request.json();
      named = request.headers.get("If-Match");
      return HttpResponse.json(clientOf({ name: "Maison Lune" }));
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(name).toHaveAccessibleDescription("Give it a name.");
  await user.type(name, "Maison Lune");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved")).toBeVisible();
  expect([sent, named]).toEqual([{ name: "Maison Lune" }, '"3"']);
});

test("a name that is taken is said beside its field", async () => {
  server.use(
    contract.patch("/api/v1/clients/{client_id}", () =>
      problem(409, "client_name_taken", "Taken.", { field: "name" }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.type(name, "!");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(name).toHaveAccessibleDescription(/of this name already/));
});

test("what somebody else changed meanwhile is shown field by field, and the person chooses", async () => {
  const writes: unknown[] = [];
  const theirs = clientOf({
    name: "Maison Soleil",
    domain: labelOf(education),
    version: 4,
    updated_by: { id: vera.id, name: "Grace Hopper" },
  });
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  server.use(
    clientIs(theirs),
    contract.patch("/api/v1/clients/{client_id}", async ({ request }) => {
      if (request.headers.get("If-Match") === '"3"') {
        return problem(412, "changed_meanwhile", "Changed.");
      }
      writes.push([request.headers.get("If-Match"), await request.json()]);
      return HttpResponse.json(clientOf({ version: 5 }));
    }),
  );
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "Maison Lune");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = within(
    await screen.findByRole("dialog", { name: "Changed by Grace Hopper meanwhile" }),
  );
  const field = within(dialog.getByRole("region", { name: "Name" }));
  expect(field.getByText("Both changed it")).toBeVisible();
  expect(field.getByText("Maison Lumière")).toBeVisible();
  expect(field.getByText("Maison Soleil")).toBeVisible();
  expect(field.getByRole("radio", { name: "Yours" })).toBeChecked();
  const domain = within(dialog.getByRole("region", { name: "Business domain" }));
  expect(domain.getByRole("radio", { name: "Grace Hopper" })).toBeChecked();
  expect(domain.getByText("Education")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  expect(await screen.findByText("Saved")).toBeVisible();
  expect(writes).toEqual([['"4"', { name: "Maison Lune" }]]);
});

test("theirs can be taken over, and then nothing is written", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  server.use(
    clientIs({ name: "Maison Soleil", version: 4 }),
    contract.patch("/api/v1/clients/{client_id}", () =>
      problem(412, "changed_meanwhile", "Changed."),
    ),
  );
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "!");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Changed meanwhile" }));
  await user.click(dialog.getByRole("button", { name: "Take over all of theirs" }));
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  expect(await screen.findByText("Saved")).toBeVisible();
});

test("a change that touches no field of the form asks nothing", async () => {
  const versions: (string | null)[] = [];
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  server.use(
    clientIs({ archived_at: "2026-11-23T10:00:00Z", version: 4 }),
    contract.patch("/api/v1/clients/{client_id}", ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      return versions.length === 1
        ? problem(412, "changed_meanwhile", "Changed.")
        : HttpResponse.json(clientOf({ version: 5 }));
    }),
  );
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "!");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved")).toBeVisible();
  expect(versions).toEqual(['"3"', '"4"']);
});

test("a client is archived with a reason, and the archive can be undone at once", async () => {
  const asked: unknown[] = [];
  server.use(
    contract.post("/api/v1/clients/{client_id}/archival", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(clientOf({ archived_at: "2026-11-23T10:00:00Z" }));
    }),
    contract.delete("/api/v1/clients/{client_id}/archival", () => {
      asked.push("undone");
      return HttpResponse.json(clientOf());
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Maison Lumière" }));
  await user.click(screen.getByRole("menuitem", { name: "Archive…" }));
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "The contract ended.");
  await user.click(screen.getByRole("button", { name: "Archive" }));
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText(/is back from the archive/)).toBeVisible();
  expect(asked).toEqual([{ reason: "The contract ended." }, "undone"]);
});

test("a client comes back from the archive with a reason", async () => {
  let reason: string | null = null;
  server.use(
    contract.get("/api/v1/clients/{client_id}", () =>
      HttpResponse.json(clientOf({ archived_at: "2026-11-23T10:00:00Z" })),
    ),
    contract.delete("/api/v1/clients/{client_id}/archival", ({ request }) => {
      reason = new URL(request.url).searchParams.get("reason");
      return HttpResponse.json(clientOf());
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Maison Lumière" }));
  await user.click(screen.getByRole("menuitem", { name: "Bring back from the archive…" }));
  await user.type(screen.getByRole("textbox", { name: "Reason" }), "It was renewed.");
  await user.click(screen.getByRole("button", { name: "Bring back" }));
  expect(await screen.findByText(/is back from the archive/)).toBeVisible();
  expect(reason).toBe("It was renewed.");
});

test("it is deleted only when its name is typed, and what goes with it is said", async () => {
  let typed: string | null = null;
  server.use(
    contract.delete("/api/v1/clients/{client_id}", ({ request }) => {
      typed = new URL(request.url).searchParams.get("name");
      return new HttpResponse<undefined>(null, { status: 204 });
    }),
  );
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "More about Maison Lumière" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete…" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(await dialog.findByText("14 documents")).toBeVisible();
  const name = dialog.getByRole("textbox", { name: /Type the name/ });
  await user.type(name, "Maison Lumiere");
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(name).toHaveAccessibleDescription(/not its name/);
  await user.clear(name);
  await user.type(name, "Maison Lumière");
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("“Maison Lumière” is in the bin")).toBeVisible();
  expect([typed, where()]).toEqual(["Maison Lumière", "/"]);
});

test("an archived client says so and takes no new service", async () => {
  server.use(clientIs({ archived_at: "2026-11-23T10:00:00Z" }));
  open();
  expect(await screen.findByText("This client is archived")).toBeVisible();
  expect(screen.getByRole("button", { name: "New service" })).toHaveAccessibleDescription(
    /takes nothing new/,
  );
});

test("a service is made of it", async () => {
  let sent: unknown;
  server.use(
    contract.post("/api/v1/services", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json(serviceOf({ name: "Archives" }), { status: 201 });
    }),
  );
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "New service" }));
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Archives");
  await user.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByText("“Archives” is created")).toBeVisible();
  expect(sent).toEqual({
    client_id: clientId,
    name: "Archives",
    description: "",
    category_ids: [],
  });
  expect(where()).toBe(`/services/${serviceOf().id}`);
});

test("who does not see every client changes the domain, and is told who renames", async () => {
  const { user } = open({ as: grace });
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const name = await screen.findByRole("textbox", { name: "Name" });
  expect(name).toHaveAttribute("readonly");
  expect(name).toHaveAccessibleDescription(/Only people who see every client/);
});

test("a viewer reads, and is told why nothing else can be done", async () => {
  open({ as: vera });
  const edit = await screen.findByRole("button", { name: "Edit" });
  expect(edit).toHaveAccessibleDescription(/Viewers can read/);
  expect(screen.queryByRole("button", { name: /More about/ })).not.toBeInTheDocument();
});
