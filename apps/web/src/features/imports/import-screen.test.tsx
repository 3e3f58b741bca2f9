import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { LiveUpdates } from "@/components/live-updates";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { FakeEventSource } from "@/mocks/event-source";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import {
  bothFolder,
  done,
  failed,
  importId,
  importsThat,
  notesFolder,
  readerFolder,
  running,
} from "@/mocks/world/imports";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { projectIs, projectOf } from "@/mocks/world/reader";
import { ImportScreen } from "./import-screen";

const atChoices = `/import?path=${readerFolder.path}&choose=`;
const atProgress = `/import?path=${readerFolder.path}&import=${importId}`;
const button = (name: string | RegExp) => screen.findByRole("button", { name });

function recorded() {
  const asked = vi.fn<(body: Schemas["ImportIn"]) => void>();
  const start = contract.post("/api/v1/imports", async ({ request }) => {
    asked((await request.json()) as Schemas["ImportIn"]);
    return HttpResponse.json({ ...running, state: "queued" }, { status: 202 });
  });
  server.use(start);
  return asked;
}

async function choose(user: ReturnType<typeof renderScreen>["user"]) {
  await user.type(await screen.findByRole("combobox", { name: "Client" }), "Maison Lumière");
  await user.type(screen.getByRole("combobox", { name: "Service" }), "Lecture numérique");
  await user.click(screen.getByRole("radio", { name: /^Greenfield/ }));
}

test("a folder becomes a project in four steps", async () => {
  server.use(importsThat(running, done));
  const asked = recorded();
  const screenAndUpdates = (
    <LiveUpdates>
      <ImportScreen />
    </LiveUpdates>
  );
  const { user, where, container } = renderScreen(screenAndUpdates, { at: "/import" });

  await user.click(await button("readerplanning method"));
  expect(screen.getByRole("textbox")).toHaveValue("/home/ada/reader");
  expect(await violations(container)).toEqual([]);
  await user.click(await button("Look inside"));

  expect(await screen.findByText("BMAD v4")).toBeVisible();
  expect(screen.getByText("2 workflows")).toBeVisible();
  expect(screen.getByText("docs/broken.md:3")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(await button("Continue"));

  await choose(user);
  expect(await violations(container)).toEqual([]);
  await user.click(await button("Import 120 documents"));

  expect(await screen.findByRole("progressbar", { name: "Documents read" })).toBeVisible();
  FakeEventSource.current.say("change", { noun: "import", id: importId, project_id: readerId });
  await waitFor(() => expect(where()).toBe(`/projects/${readerId}`));
  expect(asked).toHaveBeenCalledExactlyOnceWith({
    path: "/home/ada/reader",
    client: "Maison Lumière",
    service: "Lecture numérique",
    project: "reader",
    method: "bmad",
    generation: "v4",
    workflow: "greenfield",
    gates: ["brief", "prd"],
  });
});

test("the folders can be walked with the keyboard alone", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: "/import" });
  (await button("readerplanning method")).focus();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(screen.getByRole("textbox")).toHaveValue("/home/ada/notes");
  const up = await button("Up one level");
  up.focus();
  await user.keyboard("{Backspace}");
  expect(await button("notes")).toBeVisible();
});

test("a path outside the roots is refused beside the field, which keeps it", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: "/import" });
  await user.type(screen.getByRole("textbox"), "/etc{Enter}");
  const path = screen.getByRole("textbox");
  await waitFor(() => expect(path).toHaveAccessibleDescription(/outside the allowed roots/));
  expect(path).toHaveValue("/etc");
});

test("without a path, one is asked for", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: "/import" });
  await user.click(await button("Look inside"));
  expect(screen.getByRole("textbox")).toHaveAccessibleDescription(/Enter a path/);
});

test("a folder without a method offers its documents only", async () => {
  const asked = recorded();
  const { user } = renderScreen(<ImportScreen />, { at: `/import?path=${notesFolder.path}` });
  expect(await screen.findByText(/no planning method/)).toBeVisible();
  await user.click(await button("Import documents only"));
  await user.type(screen.getByRole("combobox", { name: "Client" }), "Ada");
  await user.type(screen.getByRole("combobox", { name: "Service" }), "Notes");
  expect(screen.queryByRole("radio")).not.toBeInTheDocument();
  await user.click(await button("Import 120 documents"));
  await waitFor(() =>
    expect(asked).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ workflow: null, gates: [] }),
    ),
  );
});

test("of several methods, each says why it was recognised and a person takes one", async () => {
  const asked = recorded();
  const { user, where, container } = renderScreen(<ImportScreen />, {
    at: `/import?path=${bothFolder.path}`,
  });
  expect(await screen.findByText("2 methods were recognised")).toBeVisible();
  expect(screen.getByText("_bmad/_config/manifest.yaml: version 6.12.0")).toBeVisible();
  expect(screen.getByText(".bmad-core/core-config.yaml")).toBeVisible();
  expect(await violations(container)).toEqual([]);

  await user.click(await button("Continue"));
  expect(screen.getByRole("alert")).toHaveTextContent(
    "Choose the method that the project follows.",
  );

  await user.click(screen.getByRole("radio", { name: /^BMAD v4/ }));
  expect(await screen.findByText("Greenfield")).toBeVisible();
  expect(screen.getByRole("radio", { name: /^BMAD v4/ })).toBeChecked();
  await user.click(await button("Continue"));
  expect(where()).toContain("generation=v4");

  await choose(user);
  await user.click(await button("Import 120 documents"));
  await waitFor(() =>
    expect(asked).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ method: "bmad", generation: "v4", workflow: "greenfield" }),
    ),
  );
});

test("an address that skips the choice between methods comes back to it", async () => {
  renderScreen(<ImportScreen />, { at: `/import?path=${bothFolder.path}&choose=` });
  expect(await screen.findByText("2 methods were recognised")).toBeVisible();
  expect(screen.queryByRole("combobox", { name: "Client" })).not.toBeInTheDocument();
});

test("a folder with nothing to import says to check it", async () => {
  const empty = { ...notesFolder, documents: [], documents_total: 0 };
  server.use(contract.post("/api/v1/inspections", () => HttpResponse.json(empty)));
  renderScreen(<ImportScreen />, { at: `/import?path=${notesFolder.path}` });
  expect(await screen.findByText(/no planning method and no Markdown file/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Import documents only" })).toBeNull();
  expect(screen.getByRole("button", { name: "Continue" })).toBeEnabled();
});

test("a folder that is imported already leads to its project", async () => {
  const known = { ...readerFolder, project_id: readerId };
  server.use(contract.post("/api/v1/inspections", () => HttpResponse.json(known)));
  renderScreen(<ImportScreen />, { at: `/import?path=${readerFolder.path}` });
  const link = await screen.findByRole("link", { name: "Open its project" });
  expect(link).toHaveAttribute("href", `/projects/${readerId}`);
  expect(screen.queryByRole("button", { name: "Continue" })).not.toBeInTheDocument();
});

test("existing clients and their services are suggested; new ones are announced", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  const client = await screen.findByRole("combobox", { name: "Client" });
  await user.type(client, "mai");
  await screen.findByRole("option", { name: "Maison Lumière" });
  await user.keyboard("{ArrowDown}{Enter}");
  expect(client).toHaveValue("Maison Lumière");
  const service = screen.getByRole("combobox", { name: "Service" });
  await user.click(service);
  expect(screen.getByRole("option", { name: "Lecture numérique" })).toBeVisible();
  await user.type(service, "Presse");
  expect(service).toHaveAccessibleDescription("A new service will be created.");
});

test("what was not chosen is named, and the first field takes the focus", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  await user.click(await button("Import 120 documents"));
  expect(screen.getByRole("combobox", { name: "Client" })).toHaveFocus();
  expect(screen.getByText("Enter a service.")).toBeVisible();
  expect(screen.getByText("Choose the workflow that the project follows.")).toBeVisible();
});

test("proposed gates are all kept until they are unticked, one or all", async () => {
  const asked = recorded();
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  await choose(user);
  const brief = screen.getByRole("checkbox", { name: "Create the brief" });
  expect(brief).toBeChecked();
  expect(brief).toHaveAccessibleDescription("Later stages build on the brief");
  await user.click(screen.getByRole("button", { name: "Keep none" }));
  expect(brief).not.toBeChecked();
  await user.click(brief);
  await user.click(await button("Import 120 documents"));
  await waitFor(() =>
    expect(asked).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ gates: ["brief"] })),
  );
});

test("each gate says by what rules it decides, and opens to its checklist", async () => {
  const { user, container } = renderScreen(<ImportScreen />, { at: atChoices });
  await choose(user);
  expect(screen.getByText("1 approval")).toBeVisible();
  await user.click(screen.getByText("2 approvals · 2 checklist items · due after 3 days"));
  const items = within(screen.getByRole("list", { name: "Checklist" })).getAllByRole("listitem");
  expect(items.map(({ textContent }) => textContent?.trim())).toEqual([
    "The numbers are in",
    "A lawyer read it (optional)",
  ]);
  expect(await violations(container)).toEqual([]);
});

test("the rules of a gate are French for French readers", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: atChoices, language: "fr" });
  await user.click(await screen.findByRole("radio", { name: /^Greenfield/ }));
  expect(screen.getByText("1 approbation")).toBeVisible();
  const rules = "2 approbations · 2 points à contrôler · à décider sous 3 jours";
  expect(screen.getByText(rules)).toBeVisible();
});

test("what was filled in is still there after going back a step", async () => {
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  await choose(user);
  await user.click(await button("Back"));
  await user.click(await button("Continue"));
  expect(screen.getByRole("combobox", { name: "Client" })).toHaveValue("Maison Lumière");
  expect(screen.getByRole("radio", { name: /^Greenfield/ })).toBeChecked();
});

test("an import that cannot be started says why, above the buttons", async () => {
  server.use(contract.post("/api/v1/imports", () => problem(409, "already_imported", "no")));
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  await choose(user);
  await user.click(await button("Import 120 documents"));
  expect(await screen.findByRole("alert")).toHaveTextContent("This folder is already imported.");
});

test("a failed import says why, can be tried again, and loses nothing of the form", async () => {
  server.use(importsThat(failed));
  const asked = recorded();
  const { user } = renderScreen(<ImportScreen />, { at: atChoices });
  await choose(user);
  await user.click(await button("Import 120 documents"));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    /database is full\. Nothing was changed/,
  );
  await user.click(await button("Try again"));
  await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
  expect(asked.mock.calls[1]).toEqual(asked.mock.calls[0]);
  await user.click(await button("Change what was chosen"));
  expect(screen.getByRole("combobox", { name: "Client" })).toHaveValue("Maison Lumière");
});

test("after a reload the progress is still shown, with the file being read", async () => {
  renderScreen(<ImportScreen />, { at: atProgress });
  const bar = await screen.findByRole("progressbar", { name: "Documents read" });
  expect(bar).toHaveAttribute("aria-valuenow", "30");
  expect(screen.getByText("docs/brief.md")).toBeVisible();
  expect(screen.getByText("30 / 120")).toBeVisible();
});

test("without live updates the end of an import is found all the same", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  server.use(importsThat(running, done));
  const { where } = renderScreen(<ImportScreen />, { at: atProgress });
  await screen.findByRole("progressbar", { name: "Documents read" });
  await vi.advanceTimersByTimeAsync(5_000);
  await waitFor(() => expect(where()).toBe(`/projects/${readerId}`));
  vi.useRealTimers();
});

test("after a reload a failed import leads back to its folder", async () => {
  server.use(importsThat(failed));
  const { user } = renderScreen(<ImportScreen />, { at: `/import?import=${importId}` });
  await user.click(await button("Start again with this folder"));
  expect(await screen.findByText("BMAD v4")).toBeVisible();
});

test("a viewer reads why they cannot import", async () => {
  renderScreen(<ImportScreen />, { at: "/import", as: vera });
  expect(await screen.findByText(/^Viewers can read/)).toBeVisible();
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});

test("the steps say where one is", async () => {
  renderScreen(<ImportScreen />, { at: atChoices, language: "fr" });
  await screen.findByRole("combobox", { name: "Client" });
  const current = screen.getByRole("listitem", { current: "step" });
  expect(within(current).getByText("Projet")).toBeVisible();
});

const withoutFolder = projectOf({ workspace: null, workflow: null, stages: [] });
const intoProject = `/import?project=${readerId}`;

test("a project without a folder gets one, whose workflow and gates are chosen", async () => {
  server.use(projectIs(withoutFolder), importsThat(done));
  const asked = vi.fn<(body: Schemas["FolderIn"], of: unknown) => void>();
  server.use(
    contract.post("/api/v1/projects/{project_id}/imports", async ({ request, params }) => {
      const { project_id } = params;
      asked((await request.json()) as Schemas["FolderIn"], project_id);
      return HttpResponse.json({ ...running, state: "queued" }, { status: 202 });
    }),
  );
  const { user, where, container } = renderScreen(<ImportScreen />, { at: intoProject });
  expect(
    await screen.findByRole("heading", { name: "A folder for Lecteur RSS", level: 1 }),
  ).toBeVisible();
  await user.click(await button("readerplanning method"));
  await user.click(await button("Look inside"));
  await user.click(await button("Continue"));
  expect(screen.getByText(/Lecteur RSS gets this folder/)).toBeVisible();
  expect(screen.queryByRole("combobox")).not.toBeInTheDocument();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("radio", { name: /^Greenfield/ }));
  await user.click(await button("Import 120 documents"));
  await waitFor(() => expect(where()).toBe(`/projects/${readerId}`));
  const body = { path: "/home/ada/reader", workflow: "greenfield", gates: ["brief", "prd"] };
  expect(asked).toHaveBeenCalledExactlyOnceWith(body, readerId);
});

test("that a project got a folder meanwhile is said above the buttons", async () => {
  server.use(
    projectIs(withoutFolder),
    contract.post("/api/v1/projects/{project_id}/imports", () =>
      problem(409, "project_has_folder", "no"),
    ),
  );
  const at = `${intoProject}&path=${notesFolder.path}&choose=`;
  const { user } = renderScreen(<ImportScreen />, { at });
  await user.click(await button("Import 120 documents"));
  expect(await screen.findByRole("alert")).toHaveTextContent(/has a folder already/);
});

test("a project that has a folder leads to its page", async () => {
  renderScreen(<ImportScreen />, { at: intoProject });
  expect(await screen.findByText("This project has a folder already")).toBeVisible();
  expect(screen.getByRole("link", { name: "Open the project" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});
