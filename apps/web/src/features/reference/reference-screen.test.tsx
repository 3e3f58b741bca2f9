import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { itemOf, itemsAreThere } from "@/mocks/world/catalogue";
import { vera } from "@/mocks/world/people";
import { ReferenceScreen } from "./reference-screen";

function open(options = {}) {
  server.use(itemsAreThere);
  return renderScreen(<ReferenceScreen />, { at: "/reference", ...options });
}
const row = async (name: string) =>
  within((await screen.findByText(name)).closest("tr") as HTMLElement);

test("values stand by kind, with how often they are in use", async () => {
  const { container, user } = open();
  expect((await row("Finance")).getByText("2")).toBeVisible();
  expect((await row("Finance")).getByText("finance")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("tab", { name: "Implementation types" }));
  expect(await screen.findByText("How a project is realised.")).toBeVisible();
});

test("a new value gets its code from its name", async () => {
  let sent: unknown;
  server.use(
    contract.post("/api/v1/reference/{kind}", async ({ request, params }) => {
      sent = [params["kind"], await request.json()];
      return HttpResponse.json(itemOf({ name: "Public sector" }), { status: 201 });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Add" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Name" }), "Public sector");
  expect(dialog.getByRole("textbox", { name: "Code" })).toHaveValue("public_sector");
  await user.click(dialog.getByRole("button", { name: "Add" }));
  expect(await screen.findByText("Public sector is offered from now on.")).toBeVisible();
  expect(sent).toEqual([
    "business_domain",
    { code: "public_sector", name: "Public sector", colour: null },
  ]);
});

test("a code that is taken is said at its field", async () => {
  server.use(
    contract.post("/api/v1/reference/{kind}", () =>
      problem(409, "reference_code_taken", "no", { field: "code" }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Add" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Finance{Enter}");
  const code = screen.getByRole("textbox", { name: "Code" });
  await waitFor(() => expect(code).toBeInvalid());
  expect(code).toHaveAccessibleDescription(/perhaps a retired one/);
});

test("a value in use is retired instead of deleted", async () => {
  server.use(
    contract.post("/api/v1/reference-items/{item_id}/retirement", () =>
      HttpResponse.json(itemOf({ retired_at: "2026-11-28T10:00:00Z" })),
    ),
  );
  const { user } = open();
  const cells = await row("Finance");
  expect(cells.getByRole("button", { name: "Delete Finance" })).toHaveAttribute(
    "aria-description",
    expect.stringContaining("Retire it instead"),
  );
  await user.click(cells.getByRole("button", { name: "Retire" }));
  expect(await screen.findByText(/Finance is no longer offered/)).toBeVisible();
});

test("a value that nothing has is deleted after a question", async () => {
  let deleted = "";
  server.use(
    contract.delete("/api/v1/reference-items/{item_id}", ({ params }) => {
      deleted = String(params["item_id"]);
      return noContent();
    }),
  );
  const { user } = open();
  await user.click((await row("Other")).getByRole("button", { name: "Delete Other" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Delete" }));
  await expect.poll(() => deleted).toContain("a8");
});

test("a value is renamed from the version that was read", async () => {
  let sent: unknown;
  server.use(
    contract.patch("/api/v1/reference-items/{item_id}", async ({ request }) => {
      sent = [request.headers.get("If-Match"), await request.json()];
      return HttpResponse.json(itemOf());
    }),
  );
  const { user } = open();
  await user.click((await row("Finance")).getByRole("button", { name: "Edit Finance" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), " & banks{Enter}");
  expect(await screen.findByText("Value saved.")).toBeVisible();
  expect(sent).toEqual(['"1"', { name: "Finance & banks" }]);
});

test("who is no administrator sees why nothing can be changed", async () => {
  open({ as: vera });
  expect(await screen.findByRole("button", { name: "Add" })).toHaveAttribute(
    "aria-description",
    "Only an administrator changes reference data.",
  );
});
