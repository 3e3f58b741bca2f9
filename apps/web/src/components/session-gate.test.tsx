import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { portfolioQuery } from "@/api/portfolio";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { nobodySignedIn } from "@/mocks/world/people";
import { SessionGate } from "./session-gate";

const gate = (
  <SessionGate skeleton={<p>Wait</p>}>
    <Clients />
  </SessionGate>
);

function Clients() {
  const portfolio = useQuery(portfolioQuery);
  return <p>Clients: {portfolio.data?.clients.length}</p>;
}

test("somebody who is signed in sees the page", async () => {
  renderScreen(gate, { as: null });
  expect(screen.getByText("Wait")).toBeVisible();
  expect(await screen.findByText("Clients: 2")).toBeVisible();
});

test("nobody signed in: to sign in, and afterwards back here", async () => {
  server.use(nobodySignedIn);
  const { where } = renderScreen(gate, { at: "/import?path=/srv", as: null });
  await vi.waitFor(() => expect(where()).toContain("/sign-in?next=%2Fimport%3Fpath%3D"));
  expect(screen.queryByText(/Clients/)).not.toBeInTheDocument();
});

test("without any administrator: to the first-run page", async () => {
  server.use(
    nobodySignedIn,
    contract.get("/api/v1/setup", () => HttpResponse.json({ needs_first_administrator: true })),
  );
  const { where } = renderScreen(gate, { as: null });
  await vi.waitFor(() => expect(where()).toBe("/setup"));
});

test("a session that ends under the page closes it, and what was read is forgotten", async () => {
  const { where, client } = renderScreen(gate, { as: null });
  await screen.findByText("Clients: 2");
  server.use(
    nobodySignedIn,
    contract.get("/api/v1/portfolio", () => problem(401, "not_signed_in", "no")),
  );
  await client.refetchQueries(portfolioQuery);
  await vi.waitFor(() => expect(where()).toBe("/sign-in"));
  expect(client.getQueryData(portfolioQuery.queryKey)).toBeUndefined();
});
