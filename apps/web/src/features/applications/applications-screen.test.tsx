import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { applicationOf } from "@/mocks/world/catalogue";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { ApplicationScreen } from "./application-screen";
import { ApplicationsScreen } from "./applications-screen";

const portal = applicationOf();
const open = (options = {}) =>
  renderScreen(<ApplicationScreen />, { at: `/applications/${portal.id}`, ...options });

test("applications stand with the projects that touch them", async () => {
  const { container } = renderScreen(<ApplicationsScreen />, { at: "/applications" });
  expect(await screen.findByRole("link", { name: "Portal" })).toHaveAttribute(
    "href",
    `/applications/${portal.id}`,
  );
  expect(screen.getByRole("link", { name: "Lecteur RSS" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(await violations(container)).toEqual([]);
});

test("more projects than are named are counted", async () => {
  server.use(
    contract.get("/api/v1/applications", () =>
      HttpResponse.json({ items: [applicationOf({ projects_total: 9 })], next: null }),
    ),
  );
  renderScreen(<ApplicationsScreen />, { at: "/applications" });
  expect(await screen.findByText("and 8 more")).toBeVisible();
});

test("of more projects than one page holds, the way to all of them is there", async () => {
  server.use(
    contract.get("/api/v1/applications/{application_id}", () =>
      HttpResponse.json(applicationOf({ projects_total: 312 })),
    ),
  );
  open();
  expect(await screen.findByRole("link", { name: "All 312 projects" })).toHaveAttribute(
    "href",
    `/?application=${portal.id}`,
  );
});

test("an empty catalogue says what it is for", async () => {
  server.use(
    contract.get("/api/v1/applications", () => HttpResponse.json({ items: [], next: null })),
  );
  renderScreen(<ApplicationsScreen />, { at: "/applications" });
  expect(await screen.findByText("No applications yet")).toBeVisible();
});

test("an application is shown, edited, and refused at the field that is wrong", async () => {
  server.use(
    contract.patch("/api/v1/applications/{application_id}", () =>
      problem(422, "invalid_input", "no", { field: "url", kind: "no_web_address" }),
    ),
  );
  const { user, container } = open();
  expect(await screen.findByRole("heading", { name: "Portal" })).toBeVisible();
  const address = screen.getByRole("link", { name: "https://portal.example.test" });
  expect(address).toHaveAttribute("rel", "noopener noreferrer");
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Edit" }));
  const field = await screen.findByRole("textbox", { name: "Address" });
  await user.clear(field);
  await user.type(field, "javascript:alert(1){Enter}");
  await waitFor(() => expect(field).toBeInvalid());
  expect(field).toHaveAccessibleDescription(/begins with https/);
});

test("a project of the same client is linked", async () => {
  let sent: unknown;
  server.use(
    contract.get("/api/v1/projects", () =>
      HttpResponse.json({
        items: [
          {
            id: readerId,
            key: "READER",
            name: "Lecteur RSS",
            version: 3,
            status: "active",
            status_reason: "",
            archived_with: null,
            client: portal.client,
            service: portal.client,
            owner: null,
            method: null,
            generation: null,
            stages_total: 0,
            stages_closed: 0,
            stage: null,
            stage_state: null,
            stage_since: null,
            waiting_gate_id: null,
            waiting_due_at: null,
            waiting_for: null,
            stale_total: 0,
            documents_total: 0,
            contradictions: 0,
            changed_at: "2026-11-23T16:00:00Z",
          },
        ],
        next: null,
      }),
    ),
    contract.put(
      "/api/v1/applications/{application_id}/projects/{project_id}",
      async ({ request, params }) => {
        sent = [params["project_id"], await request.json()];
        return HttpResponse.json(portal);
      },
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Link a project" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("combobox", { name: "Project" }));
  await user.click(await dialog.findByRole("option", { name: "Lecteur RSS · READER" }));
  await user.click(dialog.getByRole("radio", { name: /Builds it/ }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await expect.poll(() => sent).toEqual([readerId, { relation: "builds" }]);
});

test("an application goes into the bin after its name is typed", async () => {
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("No project touches it.")).toBeVisible();
  await user.type(dialog.getByRole("textbox", { name: /Type the name/ }), `${portal.name}{Enter}`);
  await expect.poll(where).toBe("/applications");
});

test("a viewer sees why nothing can be changed", async () => {
  open({ as: vera });
  expect(await screen.findByRole("button", { name: "Edit" })).toHaveAttribute("aria-disabled");
  expect(screen.queryByRole("button", { name: /Take the link/ })).not.toBeInTheDocument();
});
