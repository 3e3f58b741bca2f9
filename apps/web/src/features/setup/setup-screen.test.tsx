import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada, nobodySignedIn, setupOf } from "@/mocks/world/people";
import { SetupScreen } from "./setup-screen";

beforeEach(() => {
  server.use(
    nobodySignedIn,
    contract.get("/api/v1/setup", () => HttpResponse.json(setupOf(true))),
  );
});

async function fillIn() {
  const view = renderScreen(<SetupScreen />, { at: "/setup", as: null });
  await view.user.type(await screen.findByRole("textbox", { name: "Name" }), "Ada Lovelace");
  await view.user.type(screen.getByRole("textbox", { name: "E-mail" }), "ada@example.com");
  await view.user.type(screen.getByLabelText("Password"), "correct horse battery");
  return view;
}

test("the first administrator is made, signed in and welcomed", async () => {
  const asked = vi.fn();
  const make = contract.post("/api/v1/setup", async ({ request }) => {
    asked(await request.json());
    return HttpResponse.json(ada, { status: 201 });
  });
  server.use(make);
  const { user, where } = await fillIn();
  await user.click(screen.getByRole("button", { name: "Create the account" }));
  await waitFor(() => expect(where()).toBe("/welcome"));
  expect(asked).toHaveBeenCalledExactlyOnceWith({
    name: "Ada Lovelace",
    email: "ada@example.com",
    password: "correct horse battery",
  });
});

test("what is missing is said under each field, and the first one takes the focus", async () => {
  const { user } = renderScreen(<SetupScreen />, { at: "/setup", as: null });
  await user.click(await screen.findByRole("button", { name: "Create the account" }));
  const name = screen.getByRole("textbox", { name: "Name" });
  expect(name).toHaveFocus();
  expect(name).toHaveAccessibleDescription("Enter your name.");
  expect(screen.getByRole("textbox", { name: "E-mail" })).toBeInvalid();
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/at least 10 characters/i);
});

test("what the API refuses is said under its field, until the field changes", async () => {
  const refuse = () => problem(422, "invalid_input", "no", { field: "email" });
  server.use(contract.post("/api/v1/setup", refuse));
  const { user } = await fillIn();
  await user.click(screen.getByRole("button", { name: "Create the account" }));
  const email = screen.getByRole("textbox", { name: "E-mail" });
  await waitFor(() => expect(email).toHaveAccessibleDescription(/Enter an e-mail address/));
  await user.type(email, "m");
  expect(email).toBeValid();
});

test("a refusal that is about no field stands above the button", async () => {
  server.use(contract.post("/api/v1/setup", () => problem(409, "already_set_up", "no")));
  const { user } = await fillIn();
  await user.click(screen.getByRole("button", { name: "Create the account" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("has its first administrator already");
});

test("once there is an administrator, the page leads to sign in", async () => {
  server.use(contract.get("/api/v1/setup", () => HttpResponse.json(setupOf(false))));
  const { where } = renderScreen(<SetupScreen />, { at: "/setup", as: null });
  await waitFor(() => expect(where()).toBe("/sign-in"));
});

test("whoever administers by their group at a provider comes in from there, or is told why not", async () => {
  server.use(
    contract.get("/api/v1/single-sign-on", () =>
      HttpResponse.json({ is_on: true, name: "Example Login" }),
    ),
  );
  renderScreen(<SetupScreen />, { at: "/setup?problem=not_set_up", as: null });
  const link = await screen.findByRole("link", { name: "Sign in with Example Login" });
  expect(link).toHaveAttribute("href", "/api/v1/single-sign-on/start?next=%2Fwelcome");
  expect(screen.getByRole("alert")).toHaveTextContent(/has no administrator yet/);
});
