import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { applicationOf } from "@/mocks/world/catalogue";
import {
  dashboardOf,
  dashboardWith,
  listed,
  listedArchives,
  listedProjects,
  listedReader,
  view,
} from "@/mocks/world/dashboard";
import { healthcare } from "@/mocks/world/levels";
import { ada, vera } from "@/mocks/world/people";
import { readerGateId, readerId, serviceId } from "@/mocks/world/portfolio";
import { PortfolioScreen } from "./portfolio-screen";

afterEach(() => window.history.replaceState(null, "", "/"));

const asked = () => {
  const requests: URLSearchParams[] = [];
  server.events.on("request:start", ({ request }) => {
    const url = new URL(request.url);
    if (url.pathname === "/api/v1/dashboard") requests.push(url.searchParams);
  });
  return requests;
};

test("projects stand below their client, with the evidence of how they do", async () => {
  const { container } = renderScreen(<PortfolioScreen />);
  const client = await screen.findByRole("region", { name: "Maison Lumière" });
  const row = within(within(client).getAllByRole("listitem")[0] ?? client);
  expect(row.getByRole("link", { name: "Lecteur RSS" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
  expect(row.getByText("Create the PRD")).toBeVisible();
  expect(row.getByRole("img", { name: "1 of 11 stages closed" })).toBeVisible();
  expect(row.getByRole("link", { name: "Ada Lovelace decides: Lecteur RSS" })).toHaveAttribute(
    "href",
    `/gates/${readerGateId}`,
  );
  const other = within(screen.getByRole("region", { name: "Northwind Health" }));
  expect(other.getByText("The budget is not there.")).toBeVisible();
  expect(other.getByText("12 documents")).toBeVisible();
  expect(screen.getByText("3 projects", { selector: "[role=status]" })).toBeVisible();
  expect(document.title).toBe("(1) Portfolio · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("of several who may decide the first is named, and the others counted", async () => {
  const waiting_for = ["Ada Lovelace", "Bob Noyce"].map((name) => ({ id: ada.id, name }));
  server.use(dashboardOf([{ ...listedReader, waiting_for }]));
  renderScreen(<PortfolioScreen />);
  const link = await screen.findByRole("link", { name: /^Ada Lovelace and 1 other decide/ });
  expect(within(link).getByTitle("Ada Lovelace, Bob Noyce")).toBeVisible();
});

test("the days at a stage are counted", async () => {
  const since = new Date(Date.now() - 20.5 * 86_400_000).toISOString();
  server.use(dashboardOf([listed({ stage_since: since })]));
  renderScreen(<PortfolioScreen />);
  expect(await screen.findByText("20 days")).toHaveClass("text-warning");
});

test("the list is narrowed as one types; the slash key leads to the search", async () => {
  const requests = asked();
  const { user } = renderScreen(<PortfolioScreen />);
  await screen.findByRole("link", { name: "Newsletter" });
  await user.keyboard("/rss");
  expect(screen.getByRole("searchbox")).toHaveValue("rss");
  await waitFor(() =>
    expect(screen.queryByRole("link", { name: "Newsletter" })).not.toBeInTheDocument(),
  );
  expect(screen.getByRole("link", { name: "Lecteur RSS" })).toBeVisible();
  expect(window.location.search).toBe("?q=rss");
  expect(requests.map((one) => one.get("search"))).toEqual([null, "rss"]);
});

test("a search without a match can be cleared", async () => {
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?q=zebra" });
  expect(await screen.findByText("Nothing matches “zebra”")).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Clear the filters" })[0] as HTMLElement);
  expect(await screen.findByRole("link", { name: "Newsletter" })).toBeVisible();
});

test("filters offer what there is with its count; they live in the address", async () => {
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Client" }));
  const box = within(screen.getByRole("dialog", { name: "Client" }));
  await user.click(box.getByRole("checkbox", { name: "Northwind Health 1" }));
  await waitFor(() => expect(screen.queryByText("Newsletter")).not.toBeInTheDocument());
  expect(window.location.search).toBe(`?client=${listedArchives.client.id}`);
  await user.click(box.getByRole("button", { name: "Clear this filter" }));
  expect(await screen.findByText("Newsletter")).toBeVisible();
});

test("bars and totals narrow the list to what they count, and widen it again", async () => {
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Blocked 1" }));
  await waitFor(() => expect(screen.queryByText("Newsletter")).not.toBeInTheDocument());
  expect(screen.getByRole("button", { name: "Blocked 1" })).toHaveAttribute("aria-pressed", "true");
  await user.click(screen.getByRole("button", { name: "1 blocked" }));
  expect(await screen.findByText("Newsletter")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "1 waiting for a decision" }));
  await waitFor(() => expect(screen.queryByText("Newsletter")).not.toBeInTheDocument());
  expect(window.location.search).toBe("?waiting=true");
});

test("as one table it is sorted by any column, either way", async () => {
  const requests = asked();
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "As one table" }));
  await user.click(await screen.findByRole("button", { name: "Last change" }));
  await user.click(screen.getByRole("button", { name: "Last change" }));
  await waitFor(() => expect(requests.at(-1)?.get("sort")).toBe("-changed_at"));
  expect(window.location.search).toBe("?layout=table&sort=-changed_at");
  expect(screen.getByRole("button", { name: "Last change (reversed)" })).toBeVisible();
  expect(screen.queryByRole("region", { name: "Maison Lumière" })).not.toBeInTheDocument();
});

test("what is narrowed is what is exported", async () => {
  renderScreen(<PortfolioScreen />, { at: "/?q=rss&status=active&layout=table" });
  const link = await screen.findByRole("link", { name: "Export as CSV" });
  expect(link).toHaveAttribute("href", "/api/v1/projects.csv?sort=name&search=rss&status=active");
});

test("the next page comes when it is asked for", async () => {
  const first = dashboardWith([listedReader]);
  server.use(
    contract.get("/api/v1/dashboard", () =>
      HttpResponse.json({ ...first, projects: { items: [listedReader], next: "more" } }),
    ),
    contract.get("/api/v1/projects", ({ request }) => {
      expect(new URL(request.url).searchParams.get("after")).toBe("more");
      return HttpResponse.json({ items: [listed()], next: null });
    }),
  );
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("link", { name: "Newsletter" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("rows are gone through and selected by keys, with shift a range", async () => {
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  const first = await screen.findByRole("link", { name: "Lecteur RSS" });
  await user.keyboard("j");
  expect(first).toHaveFocus();
  await user.keyboard("x");
  expect(screen.getByText("1 selected")).toBeVisible();
  await user.keyboard("jjX");
  expect(screen.getByText("3 selected")).toBeVisible();
  await user.keyboard("k");
  expect(screen.getByRole("link", { name: "Newsletter" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Clear the selection" }));
  expect(screen.queryByText("3 selected")).not.toBeInTheDocument();
});

function bulkReplies(sent: unknown[]) {
  return contract.post("/api/v1/projects/bulk", async ({ request }) => {
    const body = (await request.json()) as { project_ids: string[] };
    sent.push(body);
    const projects = body.project_ids.map((id) => ({ id, version: 2 }));
    const owner = { id: ada.id, name: "Ada Lovelace" };
    return HttpResponse.json({
      changed: body.project_ids,
      undo: { action: "assign_owner" as const, projects },
      released: [{ id: body.project_ids[0] ?? "", name: "Lecteur RSS", owner }],
    });
  });
}

async function giveOwnerToAll(user: ReturnType<typeof renderScreen>["user"]) {
  await user.click(await screen.findByRole("checkbox", { name: "Select all that are shown" }));
  await user.click(screen.getByRole("button", { name: "Assign an owner" }));
  const dialog = within(screen.getByRole("dialog", { name: "Assign an owner" }));
  expect(dialog.getByRole("button", { name: "Assign" })).toBeDisabled();
  await user.type(dialog.getByRole("searchbox", { name: "Find a person" }), "ada");
  await user.click(await dialog.findByRole("radio", { name: "Ada Lovelace" }));
  await user.click(dialog.getByRole("button", { name: "Assign" }));
  expect(await screen.findByText("3 projects have a new owner")).toBeVisible();
  await waitFor(() => expect(document.body).not.toHaveStyle({ pointerEvents: "none" }));
}

test("an owner is given to all that are selected, and one request undoes it", async () => {
  const sent: unknown[] = [];
  const undone: unknown[] = [];
  server.use(
    bulkReplies(sent),
    contract.post("/api/v1/projects/bulk/undo", async ({ request }) => {
      const body = (await request.json()) as { projects: { id: string }[] };
      undone.push(body);
      return HttpResponse.json({ changed: body.projects.map(({ id }) => id) });
    }),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  await giveOwnerToAll(user);
  expect(sent[0]).toMatchObject({ action: "assign_owner", owner_id: ada.id });
  expect(Object.values((sent[0] as { versions: object }).versions)).toEqual([3, 3, 3]);
  expect(screen.queryByText("3 selected")).not.toBeInTheDocument();
  expect(
    screen.getByText("Ada Lovelace cannot own “Lecteur RSS” any more, which has no owner now."),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Everything is as it was")).toBeVisible();
  expect(undone).toHaveLength(1);
  expect(undone[0]).toMatchObject({ action: "assign_owner", projects: [{ version: 2 }, {}, {}] });
});

test("an undo that is refused names what was changed meanwhile", async () => {
  server.use(
    bulkReplies([]),
    contract.post("/api/v1/projects/bulk/undo", () =>
      problem(409, "changed_since", "no", { field: "projects.1" }),
    ),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  await giveOwnerToAll(user);
  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(
    await screen.findByText("“Newsletter” was changed since, so nothing was undone"),
  ).toBeVisible();
});

test("what is archived with its place says where it comes back", async () => {
  const archived = listed({ status: "archived", archived_with: "client" });
  server.use(contract.get("/api/v1/dashboard", () => HttpResponse.json(dashboardWith([archived]))));
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  await user.click(await screen.findByRole("checkbox", { name: "Select all that are shown" }));
  const bringBack = screen.getByRole("button", { name: "Bring back from the archive" });
  expect(bringBack).toHaveAccessibleDescription(
    "“Newsletter” is archived with its client “Maison Lumière”. Bring the client back first.",
  );
});

test("the portfolio is narrowed by what clients, services and projects are", async () => {
  const requests = asked();
  const application = applicationOf();
  const { user, container } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "More filters" }));
  const choose = async (filter: string, value: RegExp) => {
    await user.click(screen.getByRole("button", { name: new RegExp(`^${filter}`) }));
    await user.click(await screen.findByRole("checkbox", { name: value }));
    await user.keyboard("{Escape}");
  };
  await choose("Service", /Lecture numérique · Maison Lumière/);
  await choose("Application", new RegExp(application.name));
  await choose("Business domain", /Healthcare/);
  await choose("Type", /Existing/);
  await waitFor(() =>
    expect(`${requests.at(-1)}`).toBe(
      `sort=client&service_id=${serviceId}&application_id=${application.id}&domain_id=${healthcare.id}&type=existing`,
    ),
  );
  expect(await violations(container)).toEqual([]);
});

test("several projects are brought back from the archive with a reason", async () => {
  let sent: unknown;
  server.use(
    contract.get("/api/v1/dashboard", () =>
      HttpResponse.json(dashboardWith([listed({ status: "archived" })])),
    ),
    contract.post("/api/v1/projects/bulk", async ({ request }) => {
      sent = await request.json();
      return problem(503, "unavailable", "away");
    }),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  await user.click(await screen.findByRole("checkbox", { name: "Select all that are shown" }));
  await user.click(screen.getByRole("button", { name: "Bring back from the archive" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "It goes on.");
  await user.click(dialog.getByRole("button", { name: "Bring back from the archive" }));
  await waitFor(() => expect(sent).toMatchObject({ action: "unarchive", reason: "It goes on." }));
});

test("a refusal names the project, and says that none was changed", async () => {
  server.use(
    contract.post("/api/v1/projects/bulk", () =>
      problem(409, "project_name_taken", "no", { field: "project_ids.1" }),
    ),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table" });
  await user.click(await screen.findByRole("checkbox", { name: "Select all that are shown" }));
  await user.click(screen.getByRole("button", { name: "Archive" }));
  const dialog = within(screen.getByRole("dialog", { name: "Archive" }));
  await user.click(dialog.getByRole("button", { name: "Archive" }));
  const alert = await dialog.findByRole("alert");
  expect(alert).toHaveTextContent("Newsletter");
  expect(alert).toHaveTextContent("No project was changed.");
});

test("what somebody changed meanwhile is named, and looked at before the next try", async () => {
  const sent: { versions: Record<string, number> }[] = [];
  const rows = [listed(), listedReader];
  server.use(
    contract.get("/api/v1/dashboard", () => HttpResponse.json(dashboardWith(rows))),
    contract.post("/api/v1/projects/bulk", async ({ request }) => {
      sent.push((await request.json()) as (typeof sent)[number]);
      rows[0] = listed({ version: 4 });
      return problem(409, "changed_since", "no", { field: "project_ids.0" });
    }),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?layout=table", language: "fr" });
  await user.click(
    await screen.findByRole("checkbox", { name: "Sélectionner tous ceux affichés" }),
  );
  await user.click(screen.getByRole("button", { name: "Archiver" }));
  const dialog = within(screen.getByRole("dialog", { name: "Archiver" }));
  await user.click(dialog.getByRole("button", { name: "Archiver" }));
  const alert = await dialog.findByRole("alert");
  expect(alert).toHaveTextContent("Newsletter");
  expect(alert).toHaveTextContent("Quelqu’un l’a modifié depuis");
  await waitFor(async () => {
    await user.click(dialog.getByRole("button", { name: "Archiver" }));
    expect(sent.at(-1)?.versions[listed().id]).toBe(4);
  });
});

test("views are saved under a name, come back, and are deleted", async () => {
  const saved = vi.fn();
  const removed = vi.fn();
  server.use(
    contract.post("/api/v1/views", async ({ request }) => {
      saved(await request.json());
      return HttpResponse.json(view, { status: 201 });
    }),
    contract.delete("/api/v1/views/{view_id}", ({ params }) => {
      removed(params["view_id"]);
      return new HttpResponse<undefined>(null, { status: 204 });
    }),
  );
  const { user } = renderScreen(<PortfolioScreen />, { at: "/?waiting=true" });
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.type(await screen.findByRole("textbox", { name: "Name of a new view" }), "Mine");
  await user.click(screen.getByRole("button", { name: "Save this view" }));
  await waitFor(() => expect(saved).toHaveBeenCalledWith({ name: "Mine", query: "waiting=true" }));
  await user.click(screen.getByRole("button", { name: "Delete “What is stuck”" }));
  await waitFor(() => expect(removed).toHaveBeenCalledWith(view.id));
  (await screen.findByRole("button", { name: "Undo" })).focus();
  await user.keyboard("{Enter}");
  await waitFor(() =>
    expect(saved).toHaveBeenLastCalledWith({ name: view.name, query: view.query }),
  );
  await user.click(screen.getByRole("button", { name: "What is stuck" }));
  expect(window.location.search).toBe("?layout=table&status=blocked");
});

test("a name that is taken is said where it was typed", async () => {
  server.use(contract.post("/api/v1/views", () => problem(409, "view_name_taken", "no")));
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.type(
    await screen.findByRole("textbox", { name: "Name of a new view" }),
    "Mine{Enter}",
  );
  expect(await screen.findByText(/You have a view of this name already/)).toBeVisible();
});

test("an empty portfolio offers the two ways in", async () => {
  server.use(dashboardOf([]));
  const { container } = renderScreen(<PortfolioScreen />);
  expect(await screen.findByRole("heading", { name: "No projects yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Choose a folder" })).toHaveAttribute("href", "/import");
  expect(await screen.findByRole("link", { name: "All clients" })).toHaveAttribute(
    "href",
    "/clients",
  );
  expect(await violations(container)).toEqual([]);
});

test("the sample portfolio opens the project where a gate waits", async () => {
  server.use(dashboardOf([]));
  const { user, where } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Add the sample portfolio" }));
  await waitFor(() => expect(where()).toBe(`/projects/${readerId}`));
});

test("a sample that is there already is said", async () => {
  server.use(
    dashboardOf([]),
    contract.post("/api/v1/sample", () => problem(409, "sample_exists", "no")),
  );
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Add the sample portfolio" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(
    "The sample portfolio is there already.",
  );
});

test("a viewer selects nothing, and sees why importing is not for them", async () => {
  renderScreen(<PortfolioScreen />, { as: vera });
  const button = await screen.findByRole("button", { name: "Import" });
  expect(button).toHaveAttribute("aria-disabled", "true");
  expect(button).toHaveAttribute("aria-description", expect.stringMatching(/^Viewers can read/));
  expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
});

test("pointing at a project reads it before it is opened", async () => {
  const { user, client } = renderScreen(<PortfolioScreen />);
  await user.hover(await screen.findByRole("link", { name: "Lecteur RSS" }));
  await waitFor(() =>
    expect(client.getQueryData(["projects", readerId, "page"])).toMatchObject({ id: readerId }),
  );
});

test("a failure can be tried again", async () => {
  server.use(contract.get("/api/v1/dashboard", () => HttpResponse.error()));
  const { user } = renderScreen(<PortfolioScreen />);
  await screen.findByRole("heading", { name: "AgentLab cannot be reached" });
  server.use(dashboardOf(listedProjects));
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Lecteur RSS" })).toBeVisible();
});

test("the page speaks French", async () => {
  renderScreen(<PortfolioScreen />, { language: "fr" });
  expect(await screen.findByRole("heading", { name: "Portefeuille" })).toBeVisible();
  expect(screen.getByText("3 projets", { selector: "[role=status]" })).toBeVisible();
});

test("a saved view that was changed elsewhere is compared before it is renamed", async () => {
  const versions: (string | null)[] = [];
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("button", { name: `Rename “${view.name}”` }));
  server.use(
    contract.patch("/api/v1/views/{view_id}", ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      if (versions.length === 1) return problem(412, "changed_meanwhile", "no");
      return HttpResponse.json({ ...view, name: "Blocked" });
    }),
    contract.get("/api/v1/views", () =>
      HttpResponse.json([{ ...view, name: "Theirs", version: view.version + 1 }]),
    ),
  );
  const field = screen.getByRole("textbox", { name: `New name of “${view.name}”` });
  await user.clear(field);
  await user.type(field, "Blocked{Enter}");
  expect(await screen.findByText(`Name: was “${view.name}”, is now “Theirs”.`)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await waitFor(() => expect(versions).toEqual([`"${view.version}"`, `"${view.version + 1}"`]));
});

test("a saved view is renamed, unless another one has the name", async () => {
  const names: unknown[] = [];
  const { user } = renderScreen(<PortfolioScreen />);
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("button", { name: `Rename “${view.name}”` }));
  server.use(
    contract.patch("/api/v1/views/{view_id}", async ({ request }) => {
      const body = (await request.json()) as { name: string };
      names.push(body.name);
      if (body.name === "Mine") return problem(409, "view_name_taken", "no", { field: "name" });
      return HttpResponse.json({ ...view, name: body.name });
    }),
    contract.get("/api/v1/views", () =>
      HttpResponse.json([{ ...view, name: names.includes("Blocked") ? "Blocked" : view.name }]),
    ),
  );
  const field = screen.getByRole("textbox", { name: `New name of “${view.name}”` });
  await user.clear(field);
  await user.type(field, "Mine{Enter}");
  expect(await screen.findByText(/You have a view of this name already/)).toBeVisible();
  await user.clear(field);
  await user.type(field, "Blocked{Enter}");
  expect(await screen.findByRole("button", { name: "Blocked" })).toBeVisible();
  expect(names).toEqual(["Mine", "Blocked"]);
});
