import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { readerId } from "@/mocks/world/portfolio";
import { projectOf } from "@/mocks/world/reader";
import { proposalOf, stepOf } from "@/mocks/world/templates";
import { MethodCard } from "./method-card";

const project = projectOf();
const open = () => renderScreen(<MethodCard project={project} />, { at: `/projects/${readerId}` });

const changedInFolder = contract.get("/api/v1/projects/{project_id}/template-news", () =>
  HttpResponse.json({ state: "changed", template_id: null, source_path: "short.yaml" }),
);

test("a changed method is announced, previewed and taken over as it was shown", async () => {
  const sent: unknown[] = [];
  server.use(
    changedInFolder,
    contract.post("/api/v1/projects/{project_id}/template-changes", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(null);
    }),
  );
  const { user } = open();
  expect(await screen.findByText("The method changed in the folder")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "See what changes" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("Write the brief")).toBeVisible();
  expect(dialog.getByText("What is needed, and why.")).toBeVisible();
  expect(dialog.getByText("1 stage stays as it was.")).toBeVisible();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Make these changes" }));
  await waitFor(() => expect(sent).toEqual([{ digest: proposalOf().digest }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("before the first workflow it says where the work begins", async () => {
  const steps = [stepOf({ fate: "added", title: "Plan it", state: "current" })];
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-changes/proposal", () =>
      HttpResponse.json(proposalOf({ before: null, source_before: null, steps })),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Change the template" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("The work begins at: Plan it.")).toBeVisible();
});

test("an own template is called so, not by its format", async () => {
  const { after } = proposalOf();
  const own = { ...after, method: "agentlab", generation: "1" };
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-changes/proposal", () =>
      HttpResponse.json(proposalOf({ after: own })),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Change the template" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("From BMAD v4 to Own template")).toBeVisible();
});

test("between two methods it says where the work goes on, and folds up what nobody began", async () => {
  const { after } = proposalOf();
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-changes/proposal", () =>
      HttpResponse.json(
        proposalOf({
          after: { ...after, generation: "v6" },
          steps: [
            stepOf({ title: "Plan it", state: "current" }),
            stepOf({ fate: "removed", key: "shard", title: "Shard it", position: null }),
          ],
        }),
      ),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Change the template" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("The work goes on at: Plan it.")).toBeVisible();
  expect(dialog.getByText("From BMAD v4 to BMAD v6")).toBeVisible();
  expect(dialog.getByText("Shard it")).not.toBeVisible();
  await user.click(dialog.getByText("1 stage that nobody began is removed"));
  expect(dialog.getByText("Shard it")).toBeVisible();
  expect(dialog.queryByText("The text of the source")).toBeNull();
  expect(await violations(screen.getByRole("dialog"))).toEqual([]);
});

test("settings that make another workflow are announced, too", async () => {
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-news", () =>
      HttpResponse.json({ state: "settings", template_id: null, source_path: "short.yaml" }),
    ),
  );
  open();
  expect(await screen.findByText("The folder would make another workflow now")).toBeVisible();
  expect(screen.getByRole("button", { name: "See what changes" })).toBeEnabled();
});

test("a preview that is out of date is refused and shown anew", async () => {
  server.use(
    changedInFolder,
    contract.post("/api/v1/projects/{project_id}/template-changes", () =>
      problem(409, "proposal_outdated", "no"),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "See what changes" }));
  const dialog = within(await screen.findByRole("dialog"));
  await dialog.findByText("Write the brief");
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-changes/proposal", () =>
      HttpResponse.json(proposalOf({ steps: [stepOf({ title: "Something newer" })] })),
    ),
  );
  await user.click(dialog.getByRole("button", { name: "Make these changes" }));
  expect(await dialog.findByText("Something newer")).toBeVisible();
  expect(dialog.getByRole("alert")).toHaveTextContent(/Something changed since you looked/);
});

test("what changes did before stays to be read", async () => {
  const { before, after } = proposalOf();
  server.use(
    contract.get("/api/v1/projects/{project_id}/template-changes", () =>
      HttpResponse.json({
        items: [
          {
            id: "00000000-0000-4000-8000-0000000000f1",
            at: "2026-11-20T10:00:00Z",
            by: "Ada",
            before,
            after,
            steps: [stepOf()],
            kept_total: 3,
          },
        ],
        next: null,
      }),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByText(/Ada changed the template/));
  expect(screen.getByText("Write the brief")).toBeVisible();
  expect(screen.getByText("3 stages stay as they were.")).toBeVisible();
});
