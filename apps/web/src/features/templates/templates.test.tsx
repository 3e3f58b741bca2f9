import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { templateId, templateOf } from "@/mocks/world/templates";
import { TemplateScreen } from "./template-screen";
import { TemplatesScreen } from "./templates-screen";

const open = (options = {}) =>
  renderScreen(<TemplateScreen />, { at: `/templates/${templateId}`, ...options });

test("the library lists templates with their versions and projects", async () => {
  const { container } = renderScreen(<TemplatesScreen />, { at: "/templates" });
  const link = await screen.findByRole("link", { name: "A short workflow" });
  expect(link).toHaveAttribute("href", `/templates/${templateId}`);
  expect(screen.getByText("BMAD v4")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("an empty library says what comes here", async () => {
  server.use(contract.get("/api/v1/templates", () => HttpResponse.json({ items: [], next: null })));
  renderScreen(<TemplatesScreen />, { at: "/templates" });
  expect(await screen.findByText("No templates yet")).toBeVisible();
});

test("a template shows its stages, its report, what differs and who uses it", async () => {
  const { user, container } = open();
  const stages = within(await screen.findByRole("list", { name: "Stages" }));
  expect(stages.getByText("Create the PRD")).toBeVisible();
  expect(stages.getByText("docs/prd.md")).toBeVisible();
  const rules = /^1 approval · administrators only · not by whoever submitted · 1 checklist item/;
  await user.click(stages.getByText(rules));
  expect(stages.getByText("The numbers are in")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("tab", { name: /Report/ }));
  expect(screen.getByText("colour").closest("li")).toHaveTextContent(
    "short.yaml:7 colour has no meaning in BMAD v4; it is kept as it is.",
  );
  await user.click(screen.getByRole("tab", { name: /Versions/ }));
  expect(await screen.findByText("Design the screens")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("tab", { name: /Projects/ }));
  expect(screen.getByRole("link", { name: "Lecteur RSS" })).toBeVisible();
});

test("the report of a template is French for French readers", async () => {
  const { user, container } = open({ language: "fr" });
  await user.click(await screen.findByRole("tab", { name: /Rapport/ }));
  const notice = screen.getByText("colour").closest("li");
  expect(notice).toHaveTextContent("colour n’a pas de sens dans BMAD v4 ; c’est gardé tel quel.");
  expect(notice?.querySelector("[lang=en]")).toBeNull();
  expect(await violations(container)).toEqual([]);
});

test("a source is read while it is written, and refused with a reason", async () => {
  server.use(
    contract.post("/api/v1/templates/validation", () =>
      HttpResponse.json({
        key: "short",
        name: "Short",
        stages: [],
        notices: [{ path: "template.yaml", line: 3, code: "unknown_key", text: "Odd.", says: [] }],
      }),
    ),
    contract.post("/api/v1/templates", () => problem(409, "template_unchanged", "no")),
  );
  const { user } = renderScreen(<TemplatesScreen />, { at: "/templates" });
  await user.click(screen.getByRole("button", { name: "Add a template" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Source" }), "key: short");
  expect(await dialog.findByText("Odd.")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Add" }));
  expect(await dialog.findByText("The library has exactly this version already.")).toBeVisible();
});

test("a template that is in use is not deleted, and says so", async () => {
  server.use(
    contract.get("/api/v1/templates/{template_id}", () =>
      HttpResponse.json(templateOf({ is_own: true })),
    ),
    contract.delete("/api/v1/templates/{template_id}", () => problem(409, "template_in_use", "no")),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = within(screen.getByRole("alertdialog"));
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await dialog.findByText(/A project runs through this version/)).toBeVisible();
});

test("viewers see the library and change nothing", async () => {
  server.use(
    contract.get("/api/v1/templates/{template_id}", () =>
      HttpResponse.json(templateOf({ is_own: true })),
    ),
  );
  open({ as: vera });
  const archive = await screen.findByRole("button", { name: "Archive" });
  expect(archive).toHaveAttribute("aria-disabled", "true");
});
