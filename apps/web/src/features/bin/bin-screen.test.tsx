import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { binHolds, binnedOf } from "@/mocks/world/levels";
import { ada, vera } from "@/mocks/world/people";
import { clientId, serviceId } from "@/mocks/world/portfolio";
import { BinScreen } from "./bin-screen";
import { daysLeft } from "./can";

const open = (options = {}) => renderScreen(<BinScreen />, { at: "/bin", ...options });
const bob = { ...ada, role: "product_owner" } as const;

test("the bin says what was deleted, by whom, and how long it stays", async () => {
  const { container } = open();
  const row = within(await screen.findByRole("listitem"));
  expect(row.getByText("Maison Lumière")).toBeVisible();
  expect(row.getByText(/Deleted by Ada Lovelace/)).toBeVisible();
  expect(row.getByText(/days? left|last day/)).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("days are counted down to the last one", () => {
  const binned = binnedOf({ purged_after: "2026-12-20T10:00:00Z" });
  expect(daysLeft(binned, new Date("2026-11-20T10:00:00Z"))).toBe(30);
  expect(daysLeft(binned, new Date("2026-12-20T09:00:00Z"))).toBe(0);
  expect(daysLeft(binned, new Date("2026-12-21T09:00:00Z"))).toBe(0);
});

test("what is restored, and why, is said, and it can be opened at once", async () => {
  let sent: unknown;
  server.use(
    contract.post("/api/v1/bin/{binned_id}/restoration", async ({ request }) => {
      sent = await request.json();
      server.use(binHolds([]));
      return HttpResponse.json({ id: clientId, kind: "client", name: "Maison Lumière" });
    }),
  );
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "Restore Maison Lumière" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "They came back.");
  await user.click(dialog.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText("The bin is empty")).toBeVisible();
  screen.getByRole("button", { name: "Open" }).focus();
  await user.keyboard("{Enter}");
  expect([sent, where()]).toEqual([
    { name: null, reason: "They came back." },
    `/clients/${clientId}`,
  ]);
});

test("when its name was taken, another one is asked for", async () => {
  const names: unknown[] = [];
  server.use(
    contract.post("/api/v1/bin/{binned_id}/restoration", async ({ request }) => {
      const { name } = (await request.json()) as { name: string | null };
      names.push(name);
      return name
        ? HttpResponse.json({ id: clientId, kind: "client", name })
        : problem(409, "client_name_taken", "Taken.", { field: "name" });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Restore Maison Lumière" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Restore" }));
  const name = await dialog.findByRole("textbox", { name: "New name" });
  expect(name).toHaveAccessibleDescription(/of this name already/);
  await user.type(name, " 2");
  await user.click(dialog.getByRole("button", { name: "Restore" }));
  expect(await screen.findByText("“Maison Lumière 2” is restored")).toBeVisible();
  expect(names).toEqual([null, "Maison Lumière 2"]);
});

test("what belongs to something in the bin waits for that", async () => {
  server.use(
    binHolds([binnedOf({ id: serviceId, kind: "service", name: "Reading", waits_for: "client" })]),
  );
  open();
  expect(
    await screen.findByRole("button", { name: "Restore Reading" }),
  ).toHaveAccessibleDescription(/Restore the client first/);
});

test("an administrator deletes for good, after typing the name", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Delete Maison Lumière for good" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(await dialog.findByText("2 projects")).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "Maison Lumière");
  await user.click(dialog.getByRole("button", { name: "Delete for good" }));
  expect(await screen.findByText("“Maison Lumière” is deleted for good")).toBeVisible();
});

test("others are told that they cannot", async () => {
  open({ as: bob });
  expect(
    await screen.findByRole("button", { name: "Delete Maison Lumière for good" }),
  ).toHaveAccessibleDescription(/Only an administrator/);
});

test("a viewer restores nothing", async () => {
  open({ as: vera });
  expect(
    await screen.findByRole("button", { name: "Restore Maison Lumière" }),
  ).toHaveAccessibleDescription(/Viewers can read/);
});
