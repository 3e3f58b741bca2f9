import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { violations } from "@/mocks/axe";
import { contract, noContent, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { backupOf, backupsAre, backupsOf, restoresAre } from "@/mocks/world/backups";
import { BackupsScreen } from "./backups-screen";

test("each backup says how it is", async () => {
  const { container } = renderScreen(<BackupsScreen />);
  const [, newest, older] = await screen.findAllByRole("row");
  expect(newest).toHaveTextContent(/By schedule.*Good.*1\.4 megabytes|By schedule.*Good.*1\.4 MB/);
  expect(newest).toHaveTextContent(/2\.5 sec/);
  expect(older).toHaveTextContent("Not yet");
  expect(screen.getByText("The same, in 5 seconds")).toBeVisible();
  expect(screen.getByRole("img", { name: "Size of good backups" })).toBeVisible();
  expect(document.title).toBe("Backups · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("without a backup it is said when the first one comes", async () => {
  server.use(backupsAre({ backups: [], warnings: ["no_backup"], last_success: null }));
  renderScreen(<BackupsScreen />);
  expect(await screen.findByText("No backup yet")).toBeVisible();
  expect(screen.getByText(/The next one is due/)).toBeVisible();
  expect(screen.queryByText(/There is no good backup/)).toBeNull();
});

test("what needs somebody stands on top, the worst first", async () => {
  const last_failure = { at: "2026-11-24T03:00:00Z", sentence: "The disk is full." };
  server.use(
    backupsAre({
      warnings: ["no_copy_elsewhere", "last_failed"],
      last_failure,
      backups: [backupOf({ is_good: false, trouble: "It is damaged." })],
    }),
  );
  renderScreen(<BackupsScreen />);
  const [worst, other] = await screen.findAllByRole("listitem");
  expect(worst).toHaveTextContent(/The last run failed .*: The disk is full\./);
  expect(other).toHaveTextContent("BACKUP_SECOND_FOLDER");
  expect(screen.getByText("It is damaged.")).toBeVisible();
});

test("one is asked for, watched while it is made, and shown", async () => {
  const started_at = "2026-11-24T09:00:00Z";
  const running = { step: "verifying", done_bytes: 500_000, total_bytes: 1_000_000, started_at };
  const answers = [
    backupsOf({ backups: [] }),
    backupsOf({ backups: [], running: { ...running, pid: 1, host: "desk" } as never }),
    backupsOf(),
  ];
  server.use(
    contract.get("/api/v1/backups", () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return HttpResponse.json(answer as never);
    }),
  );
  const { user } = renderScreen(<BackupsScreen />);
  await user.click(await screen.findByRole("button", { name: "Back up now" }));
  const bar = await screen.findByRole("progressbar", { name: "Verifying" }, { timeout: 4000 });
  expect(bar).toHaveAttribute("aria-valuenow", "500000");
  expect(screen.getByRole("button", { name: "Back up now" })).toBeDisabled();
  expect(await screen.findByRole("table", {}, { timeout: 4000 })).toBeVisible();
  expect(screen.getByRole("button", { name: "Back up now" })).toBeEnabled();
});

test("a refusal is shown", async () => {
  server.use(
    contract.post("/api/v1/backups", () =>
      problem(409, "backup_runs", "A backup runs already: process 7 on desk."),
    ),
  );
  const { user } = renderScreen(<BackupsScreen />);
  await user.click(await screen.findByRole("button", { name: "Back up now" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("A backup or a restore runs already");
});

test("a backup is proven on request", async () => {
  const asked: string[] = [];
  server.use(
    contract.post("/api/v1/backups/{backup_name}/proof", ({ params }) => {
      asked.push(String(params["backup_name"]));
      return HttpResponse.json({ requested: "proof" }, { status: 202 });
    }),
  );
  const { user } = renderScreen(<BackupsScreen />);
  const [, , older] = await screen.findAllByRole("row");
  await user.click(within(older as HTMLElement).getByRole("button", { name: /Prove the backup/ }));
  await waitFor(() => expect(asked).toEqual(["agentlab-20261123T030000Z-0a1b2c3d"]));
  expect(screen.getByRole("button", { name: "Back up now" })).toBeDisabled();
});

const restoring = (facts: Partial<Schemas["RestoreOut"]> = {}): Schemas["RestoreOut"] => ({
  backup: "agentlab-20261123T030000Z-0a1b2c3d.bundle",
  step: "load",
  outcome: "running",
  done_bytes: 500_000,
  total_bytes: 1_300_000,
  started_at: "2026-11-24T09:00:00Z",
  finished_at: null,
  restore_point: null,
  reason: "",
  ...facts,
});

test("a restore shows who asks, what it replaces, and how far it is", async () => {
  const asked: unknown[] = [];
  server.use(
    restoresAre({ is_confirmed: false }),
    contract.put("/api/v1/session/confirmation", async ({ request }) => {
      asked.push(await request.json());
      return noContent();
    }),
    contract.post("/api/v1/restore", async ({ request }) => {
      asked.push(await request.json());
      server.use(restoresAre({ last: restoring() }));
      return HttpResponse.json(restoring(), { status: 202 });
    }),
  );
  const { user, container } = renderScreen(<BackupsScreen />);
  const [, , older] = await screen.findAllByRole("row");
  await user.click(
    within(older as HTMLElement).getByRole("button", { name: /Restore the backup/ }),
  );
  const dialog = screen.getByRole("dialog", { name: /Restore the backup of/ });
  expect(dialog).toHaveTextContent("What is here now is backed up first");
  await user.type(within(dialog).getByLabelText(/Your password/), "correct horse battery");
  await user.click(within(dialog).getByRole("button", { name: "Restore" }));
  const bar = await screen.findByRole("progressbar", { name: "Restoring the database…" });
  expect(bar).toHaveAttribute("aria-valuenow", "500000");
  expect(asked).toEqual([
    { password: "correct horse battery" },
    { backup: "agentlab-20261123T030000Z-0a1b2c3d", key: null },
  ]);
  expect(await violations(container)).toEqual([]);
});

test("a backup of another key asks for that", async () => {
  server.use(
    contract.post("/api/v1/restore", () => problem(422, "backup_key_wrong", "The key is another.")),
  );
  const { user } = renderScreen(<BackupsScreen />);
  const [newest] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  await user.click(newest as HTMLElement);
  await user.click(screen.getByRole("button", { name: "Restore" }));
  const key = await screen.findByRole("textbox", { name: /Key of that backup/ });
  expect(key).toHaveAccessibleDescription(/The key of this AgentLab does not open it/);
  expect(key).toHaveAccessibleDescription(/This key does not open the backup/);

  // Another refusal is not of the key, which stays where it was given.
  server.use(contract.post("/api/v1/restore", () => problem(409, "bundle_empty", "It is empty.")));
  await user.type(key, "AGE-SECRET-KEY-1Q");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("there is nothing to restore");
  expect(key).toHaveValue("AGE-SECRET-KEY-1Q");
  expect(key).not.toBeInvalid();
});

test("who has to show again who they are is asked, and not blamed", async () => {
  server.use(
    contract.post("/api/v1/restore", () => problem(403, "reauthentication_needed", "Again.")),
  );
  const { user } = renderScreen(<BackupsScreen />);
  const [newest] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  await user.click(newest as HTMLElement);
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByLabelText(/Your password/)).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("while a restore is asked for, the dialog stays", async () => {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.use(
    contract.post("/api/v1/restore", async () => {
      await asked;
      return HttpResponse.json(restoring(), { status: 202 });
    }),
  );
  const { user } = renderScreen(<BackupsScreen />);
  const [newest] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  await user.click(newest as HTMLElement);
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(screen.getByRole("button", { name: "Cancel" })).toBeDisabled();
  await user.keyboard("{Escape}");
  expect(screen.getByRole("dialog")).toBeVisible();
  answer();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("where nobody knows whether restores work, only they wait", async () => {
  server.use(contract.get("/api/v1/restore", () => problem(500, "unexpected", "No.")));
  renderScreen(<BackupsScreen />);
  const [restore] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  expect(restore).toHaveAccessibleDescription(/not known yet/);
  const [prove] = screen.getAllByRole("button", { name: /Prove the backup/ });
  expect(prove).not.toHaveAttribute("aria-disabled");
});

test("on a server the command is shown to be copied", async () => {
  server.use(restoresAre({ restores_here: false }));
  const { user } = renderScreen(<BackupsScreen />);
  const [newest] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  await user.click(newest as HTMLElement);
  expect(screen.getByText("agentlab restore agentlab-20261124T030000Z-0a1b2c3d")).toBeVisible();
  expect(screen.getByRole("button", { name: "Copy the command" })).toBeEnabled();
});

test("what came of a restore is said for a day, with the way back", async () => {
  const now = new Date().toISOString();
  const restore_point = "agentlab-20261124T090001Z-ffffffff.bundle";
  const last = restoring({ outcome: "restored", finished_at: now, restore_point });
  server.use(restoresAre({ last }));
  renderScreen(<BackupsScreen />);
  expect(
    await screen.findByText(/is in the backup agentlab-20261124T090001Z-ffffffff\./),
  ).toBeVisible();
});

test("a restore that failed says why", async () => {
  const finished_at = new Date().toISOString();
  const last = restoring({ outcome: "failed", finished_at, reason: "The disk is full." });
  server.use(restoresAre({ last }));
  renderScreen(<BackupsScreen />);
  expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full.");
});

test("a restore from before is no news", async () => {
  const finished_at = new Date(Date.now() - 25 * 60 * 60 * 1000).toISOString();
  server.use(restoresAre({ last: restoring({ outcome: "restored", finished_at }) }));
  renderScreen(<BackupsScreen />);
  const [restore] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  await waitFor(() => expect(restore).not.toHaveAttribute("aria-disabled"));
  expect(screen.queryByText(/Restored:/)).toBeNull();
});

test("when a restore ends, it is read out and the backups are asked for again", async () => {
  const asked = vi.fn();
  server.use(
    restoresAre({ last: restoring() }),
    contract.get("/api/v1/backups", () => {
      asked();
      return HttpResponse.json(backupsOf());
    }),
  );
  const { client } = renderScreen(<BackupsScreen />);
  const bar = await screen.findByRole("progressbar", { name: "Restoring the database…" });
  const [restore] = await screen.findAllByRole("button", { name: /Restore the backup/ });
  expect(restore).toHaveAccessibleDescription(/A backup is being restored/);
  await waitFor(() => expect(client.isFetching()).toBe(0));
  const before = asked.mock.calls.length;

  const finished_at = new Date().toISOString();
  server.use(restoresAre({ last: restoring({ outcome: "restored", finished_at }) }));
  const said = await screen.findByText(/^Restored: agentlab-/, {}, { timeout: 4000 });
  expect(said.closest("[role=status]")).not.toBeNull();
  expect(bar).not.toBeInTheDocument();
  await waitFor(() => expect(asked.mock.calls.length).toBe(before + 1));
});

test("a restore that was interrupted says what to do", async () => {
  const last = restoring({ outcome: "interrupted" });
  server.use(restoresAre({ last }));
  renderScreen(<BackupsScreen />);
  expect(await screen.findByText(/was interrupted/)).toBeVisible();
  expect(screen.getByText(/start AgentLab anew/)).toBeVisible();
  const [restore] = screen.getAllByRole("button", { name: /Restore the backup/ });
  expect(restore).not.toHaveAttribute("aria-disabled");
});
