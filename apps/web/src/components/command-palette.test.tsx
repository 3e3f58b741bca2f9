import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { projectQuery } from "@/api/projects";
import { recentProjects, rememberProject } from "@/lib/recent-projects";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { found } from "@/mocks/world/dashboard";
import { ada, grace, vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { CommandPalette } from "./command-palette";

const documentId = "00000000-0000-4000-8000-0000000000b7";

beforeEach(() => {
  server.use(
    contract.get("/api/v1/search/quick", ({ request }) => {
      const typed = new URL(request.url).searchParams.get("q") ?? "";
      const all = [
        found(),
        found({ kind: "document", id: documentId, name: "Lecteur: the PRD", about: "docs/prd.md" }),
        found({ kind: "client", id: readerId, name: "Lectures SA", about: "", project_id: null }),
      ];
      return HttpResponse.json({
        items: all.filter(({ name }) => name.toLowerCase().includes(typed)),
      });
    }),
  );
});

const field = () =>
  screen.findByRole("combobox", { name: "Search projects, documents and actions" });

const options = () => screen.getAllByRole("option").map((option) => option.textContent);

test("Ctrl K opens it from everywhere, also while one types, and Escape gives the focus back", async () => {
  const { user } = renderScreen(
    <>
      <input aria-label="Reason" />
      <CommandPalette />
    </>,
  );
  await user.click(screen.getByRole("textbox", { name: "Reason" }));
  await user.keyboard("{Control>}k{/Control}");
  expect(await field()).toHaveFocus();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Reason" })).toHaveFocus());
});

test("what is typed finds projects, documents and clients; arrow keys choose, Enter goes", async () => {
  const { user, where } = renderScreen(<CommandPalette />);
  await user.click(screen.getByRole("button", { name: "Search and commands" }));
  await user.type(await field(), "lect");
  await screen.findByRole("option", { name: /^Lecteur RSS/ });
  const groups = screen.getAllByRole("group").map((group) => group.getAttribute("aria-label"));
  expect(groups).toEqual(["Projects", "Documents", "Clients"]);
  const active = () => {
    const id = screen.getByRole("combobox").getAttribute("aria-activedescendant") ?? "";
    return document.getElementById(id)?.textContent;
  };
  expect(active()).toContain("Lecteur RSS");
  await user.keyboard("{ArrowDown}");
  expect(active()).toContain("Lecteur: the PRD");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(active()).toContain("Lectures SA");
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(where()).toBe(`/documents/${documentId}`);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("a client leads to its page", async () => {
  const { user, where } = renderScreen(<CommandPalette />);
  await user.keyboard("{Meta>}k{/Meta}");
  await user.type(await field(), "lectures");
  await user.click(await screen.findByRole("option", { name: /Lectures SA/ }));
  expect(where()).toBe(`/clients/${readerId}`);
});

test("documents of the open project are asked for first", async () => {
  const near = vi.fn();
  server.use(
    contract.get("/api/v1/search/quick", ({ request }) => {
      near(new URL(request.url).searchParams.get("project_id"));
      return HttpResponse.json({ items: [] });
    }),
  );
  const { user } = renderScreen(<CommandPalette />, { at: `/projects/${readerId}` });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await field(), "zzz");
  expect(await screen.findByText("Nothing of that name.")).toBeVisible();
  expect(near).toHaveBeenCalledWith(readerId);
});

test("a search that failed says so, beside what is known here, and is tried again", async () => {
  let isDown = true;
  server.use(
    contract.get("/api/v1/search/quick", () =>
      isDown ? problem(503, "unavailable", "no") : HttpResponse.json({ items: [found()] }),
    ),
  );
  const { user } = renderScreen(<CommandPalette />);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await field(), "lect");
  expect(await screen.findByRole("alert")).toHaveTextContent("AgentLab");
  expect(screen.queryByText("Nothing of that name.")).not.toBeInTheDocument();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
  isDown = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("option", { name: /^Lecteur RSS/ })).toBeVisible();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  expect(await field()).toHaveFocus();
});

test("without a word it offers the recent projects, the parts of AgentLab, and actions", async () => {
  rememberProject(ada.id, { id: readerId, name: "Lecteur RSS", about: "Maison Lumière" });
  const { user, where } = renderScreen(<CommandPalette />);
  await user.keyboard("{Control>}k{/Control}");
  await field();
  const recent = within(screen.getByRole("group", { name: "Recent projects" }));
  expect(recent.getByRole("option", { name: /Lecteur RSS/ })).toBeVisible();
  expect(options()).toEqual(expect.arrayContaining(["Portfolio", "Sign out", "Dark theme"]));
  await user.keyboard("{Enter}");
  expect(where()).toBe(`/projects/${readerId}`);
});

test("a project that is opened is remembered, for this person only", async () => {
  const { user, client } = renderScreen(<CommandPalette />, { at: `/projects/${readerId}` });
  await client.fetchQuery(projectQuery(readerId));
  await waitFor(() => expect(localStorage.getItem(`agentlab.recent.${ada.id}`)).toMatch(readerId));
  await user.keyboard("{Control>}k{/Control}");
  expect(await screen.findByRole("group", { name: "Recent projects" })).toBeVisible();
});

test("an action is done by its name, and what one may not do is not offered", async () => {
  const { user } = renderScreen(<CommandPalette />, { as: vera });
  await user.keyboard("{Control>}k{/Control}");
  expect(await screen.findByRole("option", { name: "Light theme" })).toBeVisible();
  expect(screen.queryByRole("option", { name: "Import a project folder" })).not.toBeInTheDocument();
  await user.type(await field(), "dark{Enter}");
  expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  delete document.documentElement.dataset["theme"];
});

test("the project under the pointer or the arrow is read before it is opened", async () => {
  const { user, client } = renderScreen(<CommandPalette />);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await field(), "lect");
  await waitFor(() =>
    expect(client.getQueryData(projectQuery(readerId).queryKey)).toMatchObject({ id: readerId }),
  );
});

test("what is archived says so", async () => {
  server.use(
    contract.get("/api/v1/search/quick", () =>
      HttpResponse.json({ items: [found({ is_archived: true })] }),
    ),
  );
  const { user } = renderScreen(<CommandPalette />);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await field(), "lect");
  expect(await screen.findByRole("option", { name: /Lecteur RSS.*Archived/ })).toBeVisible();
});

test("a project that is gone is forgotten", async () => {
  rememberProject(ada.id, { id: readerId, name: "Lecteur RSS", about: "" });
  server.use(
    contract.get("/api/v1/projects/{project_id}", () => problem(404, "not_found", "Not there.")),
  );
  const { client } = renderScreen(<CommandPalette />, { at: `/projects/${readerId}` });
  await client.fetchQuery({ ...projectQuery(readerId), retry: false }).catch(() => null);
  await waitFor(() => expect(recentProjects(ada.id)).toEqual([]));
});

test("who does not see every client is not offered to make one", async () => {
  const { user } = renderScreen(<CommandPalette />, { as: grace });
  await user.keyboard("{Control>}k{/Control}");
  expect(await screen.findByRole("option", { name: "New project" })).toBeVisible();
  expect(screen.queryByRole("option", { name: "New client" })).not.toBeInTheDocument();
});

test("a new client is made from anywhere", async () => {
  const { user } = renderScreen(<CommandPalette />);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await field(), "new client{Enter}");
  expect(await screen.findByRole("dialog", { name: "New client" })).toBeVisible();
});
