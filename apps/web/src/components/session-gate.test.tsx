import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { clientsNamedQuery } from "@/api/levels";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada, nobodySignedIn, setupOf, signedInAs } from "@/mocks/world/people";
import { SessionGate } from "./session-gate";
import { When } from "./when";

const clientsQuery = clientsNamedQuery("");

const gate = (
  <SessionGate skeleton={<p>Wait</p>}>
    <Clients />
  </SessionGate>
);

function Clients() {
  const clients = useQuery(clientsQuery);
  return <p>Clients: {clients.data?.items.length}</p>;
}

test("somebody who is signed in sees the page", async () => {
  renderScreen(gate, { as: null });
  expect(screen.getByText("Wait")).toBeVisible();
  expect(await screen.findByText("Clients: 2")).toBeVisible();
});

test("the page speaks the person's language and tells the time where they are", async () => {
  server.use(signedInAs({ ...ada, language: "fr", time_zone: "Asia/Tokyo" }));
  renderScreen(
    <SessionGate skeleton={<p>Wait</p>}>
      <When at="2026-01-02T18:00:00Z" />
    </SessionGate>,
    { as: null },
  );
  await waitFor(() =>
    expect(screen.getByRole("time")).toHaveAttribute("title", "3 janvier 2026 à 03:00"),
  );
  expect(document.documentElement).toHaveAttribute("lang", "fr");
});

test("nobody signed in: to sign in, and afterwards back here", async () => {
  server.use(nobodySignedIn);
  const { where } = renderScreen(gate, { at: "/import?path=/srv", as: null });
  await waitFor(() => expect(where()).toContain("/sign-in?next=%2Fimport%3Fpath%3D"));
  expect(screen.queryByText(/Clients/)).not.toBeInTheDocument();
});

test("without any administrator: to the first-run page", async () => {
  server.use(
    nobodySignedIn,
    contract.get("/api/v1/setup", () => HttpResponse.json(setupOf(true))),
  );
  const { where } = renderScreen(gate, { as: null });
  await waitFor(() => expect(where()).toBe("/setup"));
});

test("a session that ends under the page closes it, and what was read is forgotten", async () => {
  const { where, client } = renderScreen(gate, { as: null });
  await screen.findByText("Clients: 2");
  server.use(
    nobodySignedIn,
    contract.get("/api/v1/clients", () => problem(401, "not_signed_in", "no")),
  );
  await client.refetchQueries(clientsQuery);
  await waitFor(() => expect(where()).toBe("/sign-in"));
  expect(client.getQueryData(clientsQuery.queryKey)).toBeUndefined();
});
