import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { sessionKey } from "@/api/session";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { ada } from "@/mocks/world/people";
import { profile, programSignIn, sessions } from "@/mocks/world/users";
import { ProfileScreen } from "./profile-screen";

const open = () => renderScreen(<ProfileScreen />, { at: "/profile" });

test("name, language and time zone are one's own", async () => {
  const asked = vi.fn();
  server.use(
    contract.patch("/api/v1/profile", async ({ request }) => {
      const body = (await request.json()) as object;
      asked(request.headers.get("if-match"), body);
      return HttpResponse.json({ ...profile, ...body, version: 5 });
    }),
  );
  const { user, client, container } = open();
  const zone = await screen.findByRole("combobox", { name: "Time zone" });
  await screen.findByText("Firefox on Linux");
  expect(await violations(container)).toEqual([]);
  const save = screen.getByRole("button", { name: "Save" });
  expect(save).toHaveAccessibleDescription("Nothing is changed yet.");
  await user.type(zone, "Asia/Tokyo");
  expect(screen.getByText(/^It is \d\d:\d\d there now\.$/)).toBeVisible();
  await user.click(screen.getByRole("combobox", { name: "Language" }));
  await user.click(await screen.findByRole("option", { name: "Français" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "Profil" })).toBeVisible();
  expect(asked).toHaveBeenCalledExactlyOnceWith('"4"', {
    language: "fr",
    time_zone: "Asia/Tokyo",
  });
  expect(client.getQueryData(sessionKey)).toEqual({
    ...ada,
    language: "fr",
    time_zone: "Asia/Tokyo",
  });
});

test("a time zone that does not exist is not sent", async () => {
  const { user } = open();
  const zone = await screen.findByRole("combobox", { name: "Time zone" });
  await user.type(zone, "Mars/Olympus");
  expect(zone).toBeValid(); // whoever still types is not told
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(zone).toHaveAccessibleDescription(/no such time zone/);
});

/** Takes what is written only from the version that is there now. */
function profileIsNow(now: typeof profile) {
  const written = vi.fn();
  server.use(
    contract.get("/api/v1/profile", () => HttpResponse.json(now)),
    contract.patch("/api/v1/profile", async ({ request }) => {
      if (request.headers.get("if-match") !== `"${now.version}"`) {
        return problem(412, "changed_meanwhile", "no");
      }
      const body = (await request.json()) as object;
      written(body);
      return HttpResponse.json({ ...now, ...body, version: now.version + 1 });
    }),
  );
  return written;
}

test("a profile that was changed elsewhere is compared, and nothing typed is lost", async () => {
  const { user } = open();
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "!");
  const by = { id: ada.id, name: "Grace Hopper" };
  const written = profileIsNow({
    ...profile,
    time_zone: "Asia/Tokyo",
    version: 9,
    updated_by: by,
  });
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = within(
    await screen.findByRole("dialog", { name: "Changed by Grace Hopper meanwhile" }),
  );
  const zone = within(dialog.getByRole("region", { name: "Time zone" }));
  expect(zone.getByText("Asia/Tokyo")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  expect(await screen.findByText("The profile is saved")).toBeVisible();
  expect(written).toHaveBeenCalledExactlyOnceWith({ name: `${profile.name}!` });
  expect(screen.getByRole("combobox", { name: "Time zone" })).toHaveValue("Asia/Tokyo");
});

test("a digest that was changed elsewhere is not taken back by saving the reading budget", async () => {
  const { user } = open();
  await user.type(await screen.findByRole("spinbutton", { name: /Reading budget/ }), "90");
  const written = profileIsNow({ ...profile, digest: "weekly", version: 9 });
  await user.click(screen.getByRole("button", { name: "Save reading and digest" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Changed meanwhile" }));
  const digest = within(dialog.getByRole("region", { name: "Digest by e-mail" }));
  expect(digest.getByRole("radio", { name: "Theirs" })).toBeChecked();
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  expect(await screen.findByText("The profile is saved")).toBeVisible();
  expect(written).toHaveBeenCalledExactlyOnceWith({ reading_minutes: 90 });
});

test("the password is changed by who knows it", async () => {
  const asked = vi.fn();
  server.use(
    contract.put("/api/v1/profile/password", async ({ request }) => {
      const body = (await request.json()) as { current: string };
      asked(body);
      return body.current === "right" ? noContent() : problem(422, "wrong_password", "no");
    }),
  );
  const { user } = open();
  const change = await screen.findByRole("button", { name: "Change the password" });
  await user.click(change);
  const current = screen.getByLabelText("Current password");
  expect(current).toHaveFocus();
  await user.type(current, "wrong");
  await user.type(screen.getByLabelText("New password"), "a whole new password");
  await user.click(change);
  await waitFor(() => expect(current).toHaveAccessibleDescription(/not your current password/));
  await user.clear(current);
  await user.type(current, "right");
  await user.click(change);
  expect(await screen.findByText(/The password is changed/)).toBeVisible();
  expect(current).toHaveValue("");
  expect(asked).toHaveBeenCalledTimes(2);
});

test("who signs in elsewhere has no password to change", async () => {
  server.use(
    contract.get("/api/v1/profile", () => HttpResponse.json({ ...profile, has_password: false })),
  );
  open();
  expect(await screen.findByText(/have no password here/)).toBeVisible();
});

test("a session that one does not recognise is ended", async () => {
  const ended = vi.fn();
  let left = sessions;
  server.use(
    contract.get("/api/v1/sessions", () => HttpResponse.json(left)),
    contract.delete("/api/v1/sessions/{session_key}", ({ params }) => {
      ended(params["session_key"]);
      left = sessions.slice(0, 1);
      return noContent();
    }),
  );
  const { user } = open();
  const part = within(await screen.findByRole("region", { name: "Sessions" }));
  expect(await part.findByText("This session")).toBeVisible();
  await user.click(part.getByRole("button", { name: "End: Unknown program" }));
  await waitFor(() => expect(part.getAllByRole("listitem")).toHaveLength(1));
  expect(ended).toHaveBeenCalledExactlyOnceWith("b".repeat(64));
  expect(part.getByRole("button", { name: "Sign out everywhere else" })).toHaveAttribute(
    "aria-description",
    "You are signed in only here.",
  );
});

test("one signs out everywhere else at once", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Sign out everywhere else" }));
  expect(await screen.findByText("1 other session is over")).toBeVisible();
});

test("a program that signed in over the API is listed and ended", async () => {
  const ended = vi.fn();
  server.use(
    contract.get("/api/v1/sessions", () => HttpResponse.json([...sessions, programSignIn])),
    contract.delete("/api/v1/sessions/{session_key}", ({ params }) => {
      ended(params["session_key"]);
      return noContent();
    }),
  );
  const { user } = open();
  const part = within(await screen.findByRole("region", { name: "Sessions" }));
  expect(await part.findByText("API sign-in")).toBeVisible();
  await user.click(part.getByRole("button", { name: "End: API sign-in" }));
  await waitFor(() => expect(ended).toHaveBeenCalledWith(programSignIn.key));
});

test("ending the session that one is in leads out", async () => {
  const { user, client } = open();
  await user.click(await screen.findByRole("button", { name: "Sign out: Firefox on Linux" }));
  await waitFor(() => expect(client.getQueryData(sessionKey)).toBeNull());
});

test("a reading budget and a digest are chosen, and one is sent to see", async () => {
  const asked = vi.fn();
  server.use(
    contract.patch("/api/v1/profile", async ({ request }) => {
      const body = (await request.json()) as object;
      asked(body);
      return HttpResponse.json({ ...profile, ...body, version: 5 });
    }),
  );
  const { user } = open();
  await user.type(await screen.findByRole("spinbutton", { name: /Reading budget/ }), "120");
  await user.click(screen.getByRole("combobox", { name: "Digest by e-mail" }));
  await user.click(await screen.findByRole("option", { name: "Every day" }));
  await user.click(screen.getByRole("button", { name: "Save reading and digest" }));
  await waitFor(() =>
    expect(asked).toHaveBeenCalledWith({ reading_minutes: 120, digest: "daily" }),
  );
  await user.click(await screen.findByRole("button", { name: "Send me one now" }));
  expect(await screen.findByText(`Sent to ${profile.email}`)).toBeVisible();
});
