import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { factsAre, factsOf, records, transitionOf } from "@/mocks/world/levels";
import { vera } from "@/mocks/world/people";
import { clientId, readerId, serviceId } from "@/mocks/world/portfolio";
import { projectIs, projectOf } from "@/mocks/world/reader";
import { ProjectScreen } from "./project-screen";

const open = (options = {}) =>
  renderScreen(<ProjectScreen />, { at: `/projects/${readerId}`, ...options });

test("facts that cannot be read are said, where they stand and where they are needed", async () => {
  server.use(
    contract.get("/api/v1/projects/{project_id}/facts", () => problem(503, "unavailable", "away")),
  );
  const { user } = open();
  await user.click(await screen.findByText("Facts and history"));
  expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Edit" }));
  expect(await screen.findAllByText(/AgentLab is starting or being updated/)).toHaveLength(2);
});

test("what goes with it cannot be counted, and that is said", async () => {
  server.use(
    contract.get("/api/v1/projects/{project_id}/deletion", () =>
      problem(503, "unavailable", "away"),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete…" }));
  expect(await screen.findByText(/AgentLab is starting or being updated/)).toBeVisible();
});

test("the facts and the history of a project are on its page", async () => {
  server.use(
    contract.get("/api/v1/projects/{project_id}/transitions", () =>
      HttpResponse.json({
        items: [
          transitionOf({
            kind: "status",
            from_value: "active",
            to_value: "blocked",
            token_id: clientId,
            token: "Night shift",
          }),
          transitionOf({
            id: serviceId,
            kind: "move",
            from_name: null,
            to_name: "Lecture numérique",
          }),
        ],
        next: null,
      }),
    ),
  );
  const { user, container } = open();
  await user.click(await screen.findByText("Facts and history"));
  expect(await screen.findByText("It reads feeds.")).toBeVisible();
  expect(await screen.findByText("Active → Blocked")).toBeVisible();
  expect(screen.getByText(/Night shift \(agent of Ada Lovelace\)/)).toBeVisible();
  expect(screen.getByText("Moved from another place to Lecture numérique")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("a project is blocked only with a reason, and that can be undone", async () => {
  const sent: unknown[] = [];
  server.use(
    contract.put("/api/v1/projects/{project_id}/status", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(factsOf({ status: "blocked" }));
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Status" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getAllByRole("radio")).toHaveLength(3);
  await user.click(dialog.getByRole("radio", { name: "Blocked" }));
  await user.click(dialog.getByRole("button", { name: "Change status" }));
  const reason = dialog.getByRole("textbox", { name: "Reason" });
  expect(reason).toHaveAccessibleDescription(/what blocks it/);
  await user.type(reason, "No access.");
  await user.click(dialog.getByRole("button", { name: "Change status" }));
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("button", { name: "Status" });
  expect(sent).toEqual([
    { status: "blocked", reason: "No access." },
    { status: "active", reason: "" },
  ]);
});

test("to a service of another client it moves only with a confirmation", async () => {
  let sent: unknown;
  server.use(
    contract.put("/api/v1/projects/{project_id}/service", async ({ request }) => {
      sent = await request.json();
      return HttpResponse.json({
        ...factsOf(),
        released: [{ id: readerId, name: "Lecteur RSS", owner: { id: readerId, name: "Po" } }],
      });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  await user.click(screen.getByRole("menuitem", { name: "Move…" }));
  const dialog = within(await screen.findByRole("dialog"));
  const client = dialog.getByRole("combobox", { name: "Client" });
  await user.clear(client);
  await user.type(client, "Northwind Health");
  await user.type(dialog.getByRole("combobox", { name: "Service" }), "Rec");
  await user.click(await dialog.findByRole("option", { name: "Records" }));
  await user.click(dialog.getByRole("button", { name: "Move" }));
  expect(dialog.getByText(/Confirm that it goes/)).toBeVisible();
  await user.click(dialog.getByRole("checkbox", { name: "Move it to this client" }));
  await user.click(dialog.getByRole("button", { name: "Move" }));
  expect(await screen.findByText(/is now in “Records”/)).toBeVisible();
  expect(
    screen.getByText("Po cannot own “Lecteur RSS” any more, which has no owner now."),
  ).toBeVisible();
  expect(sent).toEqual({ service_id: records.id, confirm_other_client: true, reason: "" });
  let undone: unknown;
  server.use(
    contract.post("/api/v1/projects/bulk/undo", async ({ request }) => {
      undone = await request.json();
      return HttpResponse.json({ changed: [readerId] });
    }),
  );
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Everything is as it was")).toBeVisible();
  expect(undone).toEqual({ action: "move", projects: [{ id: readerId, version: 3 }] });
});

test("after its deletion one is at the service", async () => {
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete…" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: /Type the name/ }), "Lecteur RSS");
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("“Lecteur RSS” is in the bin")).toBeVisible();
  expect(where()).toBe(`/services/${serviceId}`);
});

test("two people edit the same project: the second sees what the first wrote", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  const description = await screen.findByRole("textbox", { name: "Description" });
  server.use(
    factsAre({
      description: "Theirs.",
      version: 4,
      updated_by: { id: clientId, name: "Grace Hopper" },
    }),
    contract.patch("/api/v1/projects/{project_id}", ({ request }) =>
      request.headers.get("If-Match") === '"4"'
        ? HttpResponse.json(factsOf({ version: 5 }))
        : problem(412, "changed_meanwhile", "Changed."),
    ),
  );
  await user.clear(description);
  await user.type(description, "Mine.");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = await screen.findByRole("dialog", { name: "Changed by Grace Hopper meanwhile" });
  expect(within(dialog).getByText("It reads feeds.")).toBeVisible();
  expect(within(dialog).getByText("Theirs.")).toBeVisible();
  expect(within(dialog).getByText("Mine.")).toBeVisible();
  expect(await violations(dialog)).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "Save this" }));
  expect(await screen.findByText("Saved")).toBeVisible();
});

test("a status is not given over what somebody else changed meanwhile, unless they have read it", async () => {
  const versions: (string | null)[] = [];
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Status" }));
  const dialog = within(await screen.findByRole("dialog"));
  const now = factsOf({
    name: "Lecteur Atom",
    version: 4,
    updated_by: { id: clientId, name: "Grace Hopper" },
  });
  server.use(
    factsAre(now),
    contract.put("/api/v1/projects/{project_id}/status", ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      if (versions.length === 1) return problem(412, "changed_meanwhile", "Changed.");
      return HttpResponse.json(factsOf({ status: "completed", version: 5 }));
    }),
  );
  await user.click(dialog.getByRole("radio", { name: "Completed" }));
  await user.click(dialog.getByRole("button", { name: "Change status" }));
  const told = await dialog.findByRole("alert");
  expect(within(told).getByText("Changed by Grace Hopper meanwhile")).toBeVisible();
  expect(
    within(told)
      .getAllByRole("listitem")
      .map((item) => item.textContent),
  ).toEqual(["Name: was “Lecteur RSS”, is now “Lecteur Atom”."]);
  await user.click(dialog.getByRole("button", { name: "Change status" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(versions).toEqual(['"3"', '"4"']);
});

test("a project that somebody else moved meanwhile is not deleted unseen", async () => {
  const versions: (string | null)[] = [];
  const { user, where } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete…" }));
  const dialog = within(await screen.findByRole("dialog"));
  server.use(
    factsAre({ service: { id: records.id, name: records.name }, version: 4 }),
    contract.delete("/api/v1/projects/{project_id}", ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      return versions.length === 1
        ? problem(412, "changed_meanwhile", "Changed.")
        : HttpResponse.json(undefined, { status: 204 });
    }),
  );
  await user.type(dialog.getByRole("textbox", { name: /Type the name/ }), "Lecteur RSS");
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await dialog.findByText(/^Service: was “.*”, is now “.*”\.$/)).toBeVisible();
  expect(where()).toBe(`/projects/${readerId}`);
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await screen.findByText("“Lecteur RSS” is in the bin")).toBeVisible();
  expect(versions).toEqual(['"3"', '"4"']);
});

test("a viewer changes nothing", async () => {
  open({ as: vera });
  expect(await screen.findByRole("button", { name: "Status" })).toHaveAccessibleDescription(
    /Viewers can read/,
  );
  expect(screen.queryByRole("button", { name: /More about/ })).not.toBeInTheDocument();
});

test("a folder that was moved on the server is given to its project again", async () => {
  const sent: unknown[] = [];
  server.use(
    contract.put("/api/v1/projects/{project_id}/workspace", async ({ request }) => {
      sent.push(await request.json());
      if (sent.length === 2) return problem(409, "being_scanned", "no");
      if (sent.length === 3) return problem(409, "other_texts", "no", { field: "path" });
      if (sent.length === 1) return problem(409, "other_documents", "no", { field: "path" });
      const counts = { added: 1, changed: 0, missing: 0, returned: 0, unchanged: 3 };
      return HttpResponse.json({ ...counts, notices: [] });
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  await user.click(screen.getByRole("menuitem", { name: "Its folder has moved…" }));
  const dialog = within(await screen.findByRole("dialog"));
  const path = dialog.getByRole("textbox", { name: "Folder on the server" });
  expect(path).toHaveValue("/srv/projects/lecteur-rss");
  await user.clear(path);
  await user.click(dialog.getByRole("button", { name: "Use this folder" }));
  expect(path).toHaveAccessibleDescription(/Enter a path/);
  await user.click(await dialog.findByRole("button", { name: /notes/ }));
  await user.click(dialog.getByRole("button", { name: "Use this folder" }));
  expect(
    await dialog.findByText(/None of the project’s documents is in this folder/),
  ).toBeVisible();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
  await user.clear(path);
  await user.type(path, "/home/ada/moved");
  await user.click(dialog.getByRole("button", { name: "Use this folder" }));
  expect(await dialog.findByText(/is being scanned/)).toBeVisible();
  expect(path).not.toBeInvalid();
  expect(dialog.queryByRole("checkbox")).toBeNull();
  await user.click(dialog.getByRole("button", { name: "Use this folder" }));
  await user.click(await dialog.findByRole("checkbox", { name: /These are the project’s files/ }));
  await user.click(dialog.getByRole("button", { name: "Use this folder" }));
  expect(await screen.findByText("“Lecteur RSS” has its new folder")).toBeVisible();
  expect(screen.getByText("1 new, 0 changed, 0 missing, 0 back again")).toBeVisible();
  expect(sent.at(-1)).toEqual({ path: "/home/ada/moved", confirm_other_texts: true });
});

test("a project without a folder has none that could have moved", async () => {
  server.use(projectIs(projectOf({ workspace: null, workflow: null, stages: [] })));
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "More about Lecteur RSS" }));
  expect(screen.getByRole("menuitem", { name: "Move…" })).toBeVisible();
  expect(screen.queryByRole("menuitem", { name: /folder has moved/ })).toBeNull();
});
