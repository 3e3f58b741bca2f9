import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { clientOf, healthcare, northwind } from "@/mocks/world/levels";
import { grace } from "@/mocks/world/people";
import { clientId } from "@/mocks/world/portfolio";
import { ClientsScreen } from "./clients-screen";

const open = (options = {}) => renderScreen(<ClientsScreen />, { at: "/clients", ...options });
const clientsAre = (items: Schemas["ClientOut"][], asked: (query: URLSearchParams) => void) =>
  contract.get("/api/v1/clients", ({ request }) => {
    asked(new URL(request.url).searchParams);
    return HttpResponse.json({ items, next: null });
  });

test("every client stands with its domain, its services and its projects", async () => {
  server.use(
    clientsAre(
      [
        clientOf({ domain: { id: healthcare.id, name: healthcare.name, colour: null } }),
        clientOf({ ...northwind, archived_at: "2026-11-23T10:00:00Z", projects_total: 0 }),
      ],
      () => {},
    ),
  );
  const { container } = open();
  const first = within(await screen.findByRole("row", { name: /Maison Lumière/ }));
  expect(first.getByRole("link")).toHaveAttribute("href", `/clients/${clientId}`);
  expect(first.getAllByRole("cell").map(({ textContent }) => textContent)).toEqual([
    "Maison Lumière",
    "Healthcare",
    "1",
    "2",
  ]);
  expect(screen.getByRole("row", { name: /Northwind Health ?Archived/ })).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("clients are searched, narrowed to a domain and shown with the archive", async () => {
  let asked = "";
  server.use(
    clientsAre([], (query) => {
      query.delete("after");
      asked = `${query}`;
    }),
  );
  const { user } = open({ at: `/clients?domain=${healthcare.id}` });
  await waitFor(() =>
    expect(asked).toBe(`search=&domain_id=${healthcare.id}&include_archived=false`),
  );
  expect(await screen.findByText("No client matches")).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: "Show archived" }));
  await user.type(screen.getByRole("searchbox", { name: "Search clients" }), "lumi");
  await waitFor(() =>
    expect(asked).toBe(`search=lumi&domain_id=${healthcare.id}&include_archived=true`),
  );
});

test("without a client it is said how the first one comes", async () => {
  server.use(clientsAre([], () => {}));
  open();
  expect(await screen.findByText("No clients yet")).toBeVisible();
  expect(screen.getByText(/Make the first one here/)).toBeVisible();
});

test("who sees no client is told who can change that", async () => {
  server.use(clientsAre([], () => {}));
  open({ as: grace });
  expect(await screen.findByText(/An administrator says which clients you see/)).toBeVisible();
  expect(screen.getByRole("button", { name: "New client" })).toHaveAccessibleDescription(
    /Only people who see every client/,
  );
});
