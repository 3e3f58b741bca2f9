import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerGateId } from "@/mocks/world/portfolio";
import { commentOf, prd, threadOf, threadsAre } from "@/mocks/world/reader";
import { GateScreen } from "../gate-screen";

const at = `/gates/${readerGateId}`;
const open = (options = {}) => renderScreen(<GateScreen />, { at, ...options });

const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

test("a change is requested on chosen lines, in two clicks and a sentence", async () => {
  const sent: unknown[] = [];
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/threads", async ({ request }) => {
      sent.push(await request.json());
      server.use(threadsAre(threadOf()));
      return HttpResponse.json(threadOf(), { status: 201 });
    }),
  );
  const { user, container } = open();
  await user.click(await screen.findByRole("button", { name: "By line" }));
  await user.click(screen.getByRole("button", { name: "Line 1" }));
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("button", { name: "Line 3" }));
  await user.keyboard("{/Shift}");
  const words = screen.getByRole("textbox", { name: "Request a change of lines 1–3" });
  await user.type(words, "Which *one*?");
  await user.click(screen.getByRole("button", { name: "Request the change" }));
  expect(await screen.findByText("1 open request for a change")).toBeVisible();
  expect(sent).toEqual([
    { document_id: prd.id, first_line: 1, last_line: 3, text: "Which *one*?" },
  ]);
  expect(screen.queryByRole("textbox", { name: /Request a change/ })).toBeNull();
  const thread = within(screen.getByRole("region", { name: "Request of Ada Lovelace" }));
  expect(thread.getByText("one").tagName).toBe("EM");
  expect(await violations(container)).toEqual([]);
});

test("the arrow keys go from line to line, and Shift takes more of them", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "By line" }));
  await user.click(screen.getByRole("button", { name: "Line 1" }));
  await user.keyboard("{ArrowDown}");
  expect(screen.getByRole("button", { name: "Line 2" })).toHaveFocus();
  await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
  expect(screen.getByRole("textbox", { name: "Request a change of lines 1–3" })).toBeVisible();
});

test("a refusal is said and what was written stays", async () => {
  server.use(
    contract.post("/api/v1/submissions/{submission_id}/threads", () =>
      problem(409, "submission_already_decided", "Too late."),
    ),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "By line" }));
  await user.click(screen.getByRole("button", { name: "Line 2" }));
  const words = screen.getByRole("textbox", { name: /Request a change/ });
  await user.type(words, "Why?");
  await user.click(screen.getByRole("button", { name: "Request the change" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/decided/);
  expect(words).toHaveValue("Why?");
});

test("threads are answered, edited by their author for a while, resolved and opened again", async () => {
  const sent: [string, unknown][] = [];
  const mine = commentOf({ editable_until: later(10) });
  const agents = commentOf({
    id: "00000000-0000-4000-8000-0000000f0102",
    text: "Mended.",
    by: "Bob Noyce",
    is_agents: true,
    is_mine: false,
  });
  const thread = threadOf({ comments: [mine, agents], comments_total: 2 });
  server.use(
    threadsAre(thread),
    contract.post("/api/v1/threads/{thread_id}/comments", async ({ request }) => {
      sent.push(["answer", await request.json()]);
      return HttpResponse.json(thread, { status: 201 });
    }),
    contract.patch("/api/v1/comments/{thread_comment_id}", async ({ request }) => {
      sent.push([request.headers.get("If-Match") ?? "", await request.json()]);
      return HttpResponse.json(thread);
    }),
    contract.post("/api/v1/threads/{thread_id}/resolution", () => {
      const resolved = threadOf({
        is_resolved: true,
        resolved_by: "Bob Noyce",
        resolved_at: "2026-11-20T12:30:00Z",
      });
      server.use(threadsAre(resolved));
      return HttpResponse.json(resolved);
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Lines · 1 request" }));
  expect(screen.getByText("An agent of Bob Noyce")).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Answer (Markdown)" }), "Thanks.");
  await user.click(screen.getByRole("button", { name: "Answer" }));
  await user.click(screen.getByRole("button", { name: "Edit" }));
  const words = screen.getByRole("textbox", { name: "Your comment" });
  await user.clear(words);
  await user.type(words, "Which two?");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(sent).toEqual([
    ["answer", { text: "Thanks." }],
    ['"1"', { text: "Which two?" }],
  ]);
  await user.click(screen.getByRole("button", { name: "Resolve" }));
  expect(await screen.findByText(/Resolved by Bob Noyce/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByRole("button", { name: "Open again" })).toBeVisible();
});

test("a comment that its author changed elsewhere is compared before it is written over", async () => {
  const sent: [string | null, unknown][] = [];
  const mine = commentOf({ editable_until: later(10) });
  server.use(
    threadsAre(threadOf({ comments: [mine] })),
    contract.patch("/api/v1/comments/{thread_comment_id}", async ({ request }) => {
      const version = request.headers.get("If-Match");
      if (version === '"1"') {
        const theirs = { ...mine, text: "From the telephone.", version: 2 };
        server.use(threadsAre(threadOf({ comments: [theirs] })));
        return problem(412, "changed_meanwhile", "no");
      }
      sent.push([version, await request.json()]);
      return HttpResponse.json(threadOf({ comments: [mine] }));
    }),
  );
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Lines · 1 request" }));
  await user.click(screen.getByRole("button", { name: "Edit" }));
  const words = screen.getByRole("textbox", { name: "Your comment" });
  await user.clear(words);
  await user.type(words, "Which two?");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Changed meanwhile" }));
  expect(dialog.getByText("From the telephone.")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save this" }));
  await waitFor(() => expect(sent).toEqual([['"2"', { text: "Which two?" }]]));
});

test("lines that are gone leave their quote, and nothing in a comment can run", async () => {
  const hostile = commentOf({ text: "<img src=x onerror=alert(1)>**bold**" });
  server.use(
    threadsAre(
      threadOf({
        first_line: null,
        last_line: null,
        quote: "<script>alert(1)</script>",
        comments: [hostile],
      }),
    ),
  );
  const { container } = open();
  expect(await screen.findByText("the lines are gone")).toBeVisible();
  expect(screen.getByText("<script>alert(1)</script>")).toBeVisible();
  expect(screen.getByText("bold").tagName).toBe("STRONG");
  expect(container.querySelector("[onerror]")).toBeNull();
});

test("whoever rejects is told that the open requests go with it", async () => {
  server.use(threadsAre(threadOf()));
  const { user } = open();
  await user.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(await dialog.findByText(/1 open request goes into the decision’s file/)).toBeVisible();
});

test("a viewer reads threads and writes nothing", async () => {
  server.use(threadsAre(threadOf()));
  const { user } = open({ as: vera });
  await user.click(await screen.findByRole("button", { name: "Lines · 1 request" }));
  expect(screen.getByRole("region", { name: "Request of Ada Lovelace" })).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Line 1" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Resolve" })).toBeNull();
});
