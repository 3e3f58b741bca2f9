import { act, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { answerOf, projectIs, projectOf, questionOf, stageOf } from "@/mocks/world/reader";
import { progressIs, progressOf } from "@/mocks/world/work";
import { ProjectScreen } from "./project-screen";

type Stage = Schemas["StageOnPage"];

const open = (options = {}) =>
  renderScreen(<ProjectScreen />, { at: `/projects/${readerId}`, ...options });
const stagesAre = (...stages: Stage[]) => server.use(projectIs(projectOf({ stages })));
const panel = async () => within(await screen.findByRole("tabpanel"));

const choiceOf = (): Stage["choices"][number] => ({
  id: readerId,
  route: "single_story",
  note: "",
  chosen_by: "Bob Noyce",
  chosen_at: "2026-11-20T10:00:00Z",
});

/** What is sent to this address from now on. */
function sent(address: "answer" | "route" | "completion"): unknown[] {
  const bodies: unknown[] = [];
  const keep = async ({ request }: { request: Request }) => {
    bodies.push(await request.json());
    return noContent();
  };
  if (address === "completion") {
    server.use(contract.post("/api/v1/stages/{stage_id}/completion", keep));
  } else {
    server.use(contract.put(`/api/v1/stages/{stage_id}/${address}`, keep));
  }
  return bodies;
}

test("a question waits on its stage and is answered with a note", async () => {
  stagesAre(
    stageOf({ title: "Design", question: questionOf() }),
    stageOf({ title: "Review the design", position: 2, state: "upcoming", question: questionOf() }),
  );
  const bodies = sent("answer");
  const { user, container } = open();
  expect(await screen.findByRole("tab", { name: /Design.*A question is open/s })).toBeVisible();
  const shown = await panel();
  expect(shown.getByText("Does this hold: “product has screens”?")).toBeVisible();
  expect(shown.getByText("The answer also decides on “Review the design”.")).toBeVisible();
  expect(shown.getByRole("button", { name: "Complete" })).toHaveAccessibleDescription(
    "Answer the stage’s question first.",
  );
  expect(await violations(container)).toEqual([]);
  await user.click(shown.getByRole("button", { name: "No, leave it out" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Note" }), "No screens.");
  await user.click(dialog.getByRole("button", { name: "No, leave it out" }));
  expect(await screen.findByText("The answer is kept")).toBeVisible();
  expect(bodies).toEqual([{ holds: false, note: "No screens.", replaces: null }]);
});

test("an answer shows who gave it, and is changed until work depends on it", async () => {
  const answers = [answerOf(), answerOf({ id: readerId, holds: false, note: "Not sure." })];
  stagesAre(stageOf({ question: questionOf({ answers }) }));
  const bodies = sent("answer");
  const { user } = open();
  const shown = await panel();
  expect(shown.getByText("Readers see a list.")).toBeVisible();
  expect(shown.getByText("1 earlier answer")).toBeVisible();
  await user.click(shown.getByRole("button", { name: "Change to no" }));
  await user.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "No, leave it out" }),
  );
  expect(await screen.findByText("The answer is kept")).toBeVisible();
  expect(bodies).toEqual([{ holds: false, note: "", replaces: answerOf().id }]);
});

test("an answer replaces what was there when it was begun, and nothing that came meanwhile", async () => {
  const stage = stageOf({ title: "Design", question: questionOf() });
  stagesAre(stage);
  const bodies = sent("answer");
  const { user, client } = open();
  await user.click((await panel()).getByRole("button", { name: "Yes, it holds" }));
  stagesAre({ ...stage, question: questionOf({ answers: [answerOf()] }) });
  await act(() => client.invalidateQueries());
  expect(await screen.findByText("Readers see a list.")).toBeInTheDocument();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: /^Yes/ }));
  expect(await screen.findByText("The answer is kept")).toBeVisible();
  expect(bodies).toEqual([{ holds: true, note: "", replaces: null }]);
});

test("a way replaces what was chosen when it was begun", async () => {
  const routes = { single_story: {}, major_enhancement: {} };
  const stage = stageOf({ title: "Decide", routes });
  stagesAre(stage);
  const bodies = sent("route");
  const { user, client } = open();
  const shown = await panel();
  await user.click(shown.getByRole("radio", { name: "major enhancement" }));
  await user.click(shown.getByRole("button", { name: "Choose this way" }));
  stagesAre({ ...stage, choices: [choiceOf()] });
  await act(() => client.invalidateQueries());
  expect(await screen.findByText("Chosen by Bob Noyce", { exact: false })).toBeInTheDocument();
  await user.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "Choose this way" }),
  );
  expect(await screen.findByText("The work goes on with “major enhancement”")).toBeVisible();
  expect(bodies).toEqual([{ route: "major_enhancement", note: "", replaces: null }]);
});

test("a fixed answer says why it stays", async () => {
  stagesAre(stageOf({ question: questionOf({ answers: [answerOf()], is_fixed: true }) }));
  open();
  const change = (await panel()).getByRole("button", { name: "Change to no" });
  expect(change).toHaveAccessibleDescription(/work that depends on it/);
});

test("a way on is picked, then chosen", async () => {
  const routes = { single_story: { notes: "Exit." }, major_enhancement: { continue: "on" } };
  stagesAre(stageOf({ title: "Decide", routes }));
  const bodies = sent("route");
  const { user } = open();
  const shown = await panel();
  const choose = shown.getByRole("button", { name: "Choose this way" });
  expect(choose).toHaveAccessibleDescription("Pick one of the ways first.");
  await user.click(shown.getByRole("radio", { name: "major enhancement" }));
  await user.click(shown.getByRole("button", { name: "Choose this way" }));
  await user.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "Choose this way" }),
  );
  expect(await screen.findByText("The work goes on with “major enhancement”")).toBeVisible();
  expect(bodies).toEqual([{ route: "major_enhancement", note: "", replaces: null }]);
});

test("stages off the path say so", async () => {
  stagesAre(
    stageOf({
      title: "Decide",
      state: "done",
      routes: { single_story: {} },
      choices: [choiceOf()],
    }),
    stageOf({ title: "Plan", position: 2, state: "skipped", skip_cause: "route" }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("tab", { name: /Plan.*Not on the path/s }));
  expect((await panel()).getByText(/not on the path “single story”.*“Decide”/)).toBeVisible();
});

test("open rounds are listed, and going on takes a reason", async () => {
  const items = [
    { id: readerId, key: "1-1-reading", title: "Reading", status: "done" },
    { id: answerOf().id, key: "1-2-writing", title: "Writing", status: "review" },
  ];
  const rounds = { kind: "story", done: 1, total: 2, ends_here: true, items };
  stagesAre(stageOf({ title: "Repeat", rounds }));
  const bodies = sent("completion");
  const { user } = open();
  expect(await screen.findByRole("tab", { name: /1\/2/ })).toBeVisible();
  const shown = await panel();
  expect(shown.getByText("1 of 2 stories done")).toBeVisible();
  expect(shown.getByText("Writing")).toBeVisible();
  await user.click(shown.getByRole("button", { name: "Complete" }));
  const dialog = within(screen.getByRole("dialog", { name: "Go on with 1 of 2 rounds open?" }));
  await user.type(dialog.getByRole("textbox", { name: "Reason" }), "Dropped.");
  await user.click(dialog.getByRole("button", { name: "Go on all the same" }));
  expect(await screen.findByText("“Repeat” is completed")).toBeVisible();
  expect(bodies).toEqual([{ despite_open: "Dropped." }]);
});

test("a stage that may run alongside is started", async () => {
  stagesAre(
    stageOf({ title: "Research", together: "a" }),
    stageOf({ title: "Brief", position: 2, state: "upcoming", together: "a", can_start: true }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("tab", { name: /Brief.*can run alongside/s }));
  await user.click((await panel()).getByRole("button", { name: "Start alongside" }));
  expect(await screen.findByText("“Brief” has begun")).toBeVisible();
});

test("what is recorded stands beside what the files show", async () => {
  const stage = stageOf({ title: "Create the PRD", state: "done" });
  stagesAre(stage, stageOf({ position: 2 }));
  const status = { document_id: readerId, title: "PRD", status: "backlog", raw: "draft" } as const;
  server.use(
    progressIs(
      progressOf({
        evidence: [{ stage_id: stage.id, wanted: 1, there: 1, statuses: [status] }],
        stages: [
          {
            stage_id: stage.id,
            title: stage.title,
            state: "done",
            finding: "artefact_draft",
            names: ["PRD"],
            open: 0,
            total: 0,
          },
        ],
      }),
    ),
  );
  const { user, container } = open();
  await user.click(
    await screen.findByRole("tab", { name: /Create the PRD.*The files say otherwise/s }),
  );
  const shown = await panel();
  expect(shown.getByText("1 of 1 file there")).toBeVisible();
  expect(shown.getByText("draft")).toBeVisible();
  expect(shown.getByText(/PRD says of itself that it is not final/)).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("viewers see questions and answer none", async () => {
  stagesAre(stageOf({ question: questionOf() }));
  open({ as: vera });
  expect((await panel()).getByRole("button", { name: "Yes, it holds" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});
