import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sessionKey } from "@/api/session";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada, nobodySignedIn } from "@/mocks/world/people";
import { InvitationScreen } from "./invitation-screen";

beforeEach(() => {
  server.use(nobodySignedIn);
  window.location.hash = "#a-token";
});

afterEach(() => {
  window.location.hash = "";
});

const open = () => renderScreen(<InvitationScreen />, { at: "/invitation", as: null });

test("who is invited sees for whom the link is, chooses a password, and is in", async () => {
  const asked = vi.fn();
  server.use(
    contract.post("/api/v1/invitations/acceptance", async ({ request }) => {
      asked(await request.json());
      return HttpResponse.json(ada);
    }),
  );
  const { user, where, client, container } = open();
  expect(await screen.findByRole("heading", { name: "Welcome to AgentLab" })).toBeVisible();
  expect(screen.getByRole("textbox", { name: "E-mail" })).toHaveValue("grace@example.test");
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Join" }));
  const password = screen.getByLabelText("Password");
  expect(password).toHaveFocus();
  expect(password).toHaveAccessibleDescription(/at least 10 characters/i);
  await user.type(password, "a long enough password");
  await user.click(screen.getByRole("button", { name: "Join" }));
  await waitFor(() => expect(where()).toBe("/"));
  expect(asked).toHaveBeenCalledExactlyOnceWith({
    token: "a-token",
    name: "Grace Hopper",
    password: "a long enough password",
  });
  expect(client.getQueryData(sessionKey)).toEqual(ada);
});

test("a reset asks for the password only", async () => {
  server.use(
    contract.post("/api/v1/invitations/lookup", () =>
      HttpResponse.json({
        purpose: "reset",
        name: "Vera Rubin",
        email: "vera@example.test",
        expires_at: "2026-12-05T09:00:00Z",
      }),
    ),
  );
  open();
  expect(await screen.findByRole("heading", { name: "Choose a new password" })).toBeVisible();
  expect(screen.queryByRole("textbox", { name: "Name" })).not.toBeInTheDocument();
});

test.each([
  [410, "link_used", /used already/],
  [410, "link_revoked", /taken back/],
  [410, "link_expired", /over 7 days old/],
  [401, "link_unknown", /not complete/],
])("a link that opens nothing says why: %s %s", async (status, code, sentence) => {
  server.use(contract.post("/api/v1/invitations/lookup", () => problem(status, code, "no")));
  open();
  expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
  expect(screen.getByRole("link", { name: "To AgentLab" })).toHaveAttribute("href", "/");
});

test("a link that somebody else uses meanwhile says so", async () => {
  const { user } = open();
  await user.type(await screen.findByLabelText("Password"), "a long enough password");
  server.use(
    contract.post("/api/v1/invitations/acceptance", () => problem(410, "link_used", "no")),
  );
  await user.click(screen.getByRole("button", { name: "Join" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/used already/);
});

test("an address without a token is no link", async () => {
  window.location.hash = "";
  open();
  expect(await screen.findByRole("alert")).toHaveTextContent(/not complete/);
});
