import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { nobodySignedIn, setupOf } from "@/mocks/world/people";
import { SignInScreen } from "./sign-in-screen";

beforeEach(() => server.use(nobodySignedIn));

async function submit(at = "/sign-in") {
  const view = renderScreen(<SignInScreen />, { at, as: null });
  await view.user.type(await screen.findByRole("textbox", { name: "E-mail" }), "ada@example.com");
  await view.user.type(screen.getByLabelText("Password"), "a password{Enter}");
  return view;
}

test("signing in leads back to where one came from", async () => {
  const { where } = await submit("/sign-in?next=%2Fimport%3Fpath%3D%2Fsrv");
  await waitFor(() => expect(where()).toBe("/import?path=/srv"));
});

test("a wrong password is said, and what was typed stays", async () => {
  server.use(contract.post("/api/v1/session", () => problem(401, "wrong_credentials", "no")));
  const { where } = await submit();
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "The e-mail or the password is wrong.",
  );
  expect(screen.getByRole("textbox", { name: "E-mail" })).toHaveValue("ada@example.com");
  expect(where()).toBe("/sign-in");
});

test("after too many attempts the page says how long to wait, and takes no more", async () => {
  const refuse = () => problem(429, "too_many_sign_ins", "no", { retryAfterS: 840 });
  server.use(contract.post("/api/v1/session", refuse));
  await submit();
  expect(await screen.findByText("Try again in 14 minutes.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Sign in" })).toBeDisabled();
});

test("when the wait is over, another attempt is let in", async () => {
  const refuse = () => problem(429, "too_many_sign_ins", "no", { retryAfterS: 1 });
  server.use(contract.post("/api/v1/session", refuse));
  await submit();
  expect(await screen.findByText("Try again in 1 second.")).toBeVisible();
  const button = screen.getByRole("button", { name: "Sign in" });
  await waitFor(() => expect(button).toBeEnabled());
});

test("a server that cannot be reached is said with a way to try again", async () => {
  const away = () => problem(503, "unavailable", "The database is away.");
  server.use(contract.get("/api/v1/session", away));
  const { user } = renderScreen(<SignInScreen />, { at: "/sign-in", as: null });
  await screen.findByRole("heading", { name: "AgentLab cannot be reached" });
  server.use(nobodySignedIn);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("textbox", { name: "E-mail" })).toBeVisible();
});

test("where there is an OpenID provider, its name leads there and back again", async () => {
  server.use(
    contract.get("/api/v1/single-sign-on", () =>
      HttpResponse.json({ is_on: true, name: "Example Login" }),
    ),
  );
  renderScreen(<SignInScreen />, { at: "/sign-in?next=%2Ftokens", as: null });
  const link = await screen.findByRole("link", { name: "Sign in with Example Login" });
  expect(link).toHaveAttribute("href", "/api/v1/single-sign-on/start?next=%2Ftokens");
});

test.each([
  ["no_role", "None of your groups may use AgentLab. Ask an administrator."],
  ["<script>", "The sign-in did not work. Try again."],
  ["something_new", "The sign-in did not work. Try again."],
])("why it did not work there is said: %s", async (code, sentence) => {
  const at = `/sign-in?problem=${encodeURIComponent(code)}`;
  renderScreen(<SignInScreen />, { at, as: null });
  expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
});

test("where nobody is yet, the reason goes along to the page of the first run", async () => {
  server.use(contract.get("/api/v1/setup", () => HttpResponse.json(setupOf(true))));
  const { where } = renderScreen(<SignInScreen />, { at: "/sign-in?problem=not_set_up", as: null });
  await waitFor(() => expect(where()).toBe("/setup?problem=not_set_up"));
});
