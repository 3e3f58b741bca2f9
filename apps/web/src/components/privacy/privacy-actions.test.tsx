import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { ExportOwnData, PrivacyActions } from "./privacy-actions";

const subject = { kind: "users", id: vera.id, name: vera.name, email: vera.email } as const;

test("everything about a person is one link", () => {
  renderScreen(<PrivacyActions subject={subject} />);
  expect(screen.getByRole("link", { name: "Export everything about them" })).toHaveAttribute(
    "href",
    `/api/v1/privacy/users/${vera.id}/export`,
  );
  renderScreen(<ExportOwnData />);
  expect(screen.getByRole("link", { name: "Export everything about me" })).toHaveAttribute(
    "href",
    "/api/v1/profile/export",
  );
});

test("a person is erased when their e-mail is typed, and not before", async () => {
  const asked: unknown[] = [];
  server.use(
    contract.post("/api/v1/privacy/users/{user_id}/erasure", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ audit_entries: 3, contacts_left: 0, projects_released: 2 });
    }),
  );
  const onErased = vi.fn();
  const { user } = renderScreen(<PrivacyActions subject={subject} onErased={onErased} />);
  await user.click(screen.getByRole("button", { name: "Erase" }));
  const dialog = await screen.findByRole("dialog", { name: "Erase Vera Rubin" });
  expect(await violations(dialog)).toEqual([]);
  const field = screen.getByRole("textbox", { name: /^Type/ });
  await user.type(field, "somebody@example.test{Enter}");
  expect(screen.getByText("That is not “vera@example.test”.")).toBeVisible();
  expect(asked).toEqual([]);
  await user.clear(field);
  await user.type(field, "Vera@example.test{Enter}");
  await waitFor(() => expect(onErased).toHaveBeenCalled());
  expect(asked).toEqual([{ confirmation: "Vera@example.test", also_contacts: true }]);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("why somebody cannot be erased is said in the dialog", async () => {
  server.use(
    contract.post("/api/v1/privacy/contacts/{subject_id}/erasure", () =>
      problem(409, "last_administrator", "no"),
    ),
  );
  const contact = { ...subject, kind: "contacts", email: null } as const;
  const { user } = renderScreen(<PrivacyActions subject={contact} />);
  await user.click(screen.getByRole("button", { name: "Erase" }));
  await user.type(screen.getByRole("textbox", { name: /^Type/ }), "Vera Rubin{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("This is the last administrator.");
});
