import { screen, waitFor } from "@testing-library/react";
import { HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { nobodySignedIn } from "@/mocks/world/people";
import { SetupScreen } from "./setup-screen";

const backup = (day: number): Schemas["FoundBackup"] => ({
  name: `agentlab-202611${day}T030000Z-7f3a91c${day % 10}.bundle`,
  created_at: `2026-11-${day}T03:00:00Z`,
  size_bytes: 12_400_000,
  agentlab: "1.4.2",
});
const found: Schemas["SetupOut"] = {
  needs_first_administrator: true,
  backups: [backup(28), backup(27)],
  archives: [],
  restores_here: true,
  restore: null,
};
const running: Schemas["RestoreOut"] = {
  backup: backup(27).name,
  step: "load",
  outcome: "running",
  done_bytes: 6_200_000,
  total_bytes: 12_400_000,
  started_at: "2026-11-29T08:00:00Z",
  finished_at: null,
  restore_point: null,
  reason: "",
};
const setup = (state: Schemas["SetupOut"]) =>
  contract.get("/api/v1/setup", () => HttpResponse.json(state));

beforeEach(() => server.use(nobodySignedIn, setup(found)));

const render = () => renderScreen(<SetupScreen />, { at: "/setup", as: null });

test("beside backups nobody is asked to begin anew", async () => {
  render();
  expect(await screen.findByRole("heading", { name: "Bring AgentLab back" })).toBeVisible();
  expect(screen.getAllByRole("radio")).toHaveLength(2);
  expect(screen.queryByRole("textbox", { name: "E-mail" })).not.toBeInTheDocument();
});

test("beside an archive the command is shown instead of the form", async () => {
  const command = "agentlab restore --at latest --elsewhere --key FILE";
  const archives = [{ until: "2026-11-28T08:00:00Z", command }];
  server.use(setup({ ...found, backups: [], archives }));
  render();
  expect(await screen.findByText(command)).toBeVisible();
  expect(screen.queryByRole("radio")).not.toBeInTheDocument();
  expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
});

test("how far a server's archive goes is not known", async () => {
  const archives = [{ until: null, command: "agentlab restore --at latest" }];
  server.use(setup({ ...found, backups: [], archives }));
  render();
  expect(await screen.findByText("All that was archived comes back with:")).toBeVisible();
  expect(screen.getByText("agentlab restore --at latest")).toBeVisible();
});

test("a chosen backup is restored with its key, and then people sign in", async () => {
  const asked = vi.fn();
  server.use(
    contract.post("/api/v1/setup/restore", async ({ request }) => {
      asked(await request.json());
      server.use(setup({ ...found, restore: running }));
      return HttpResponse.json(running);
    }),
  );
  const { user, where } = render();
  await user.click(await screen.findByRole("radio", { name: /27 November 2026/ }));
  await user.type(screen.getByRole("textbox", { name: "Key of the backups" }), "AGE-SECRET-KEY-1Q");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  const bar = await screen.findByRole("progressbar", { name: "Restoring the database…" });
  expect(bar).toHaveAttribute("aria-valuenow", "6200000");
  expect(asked).toHaveBeenCalledExactlyOnceWith({
    backup: backup(27).name,
    key: "AGE-SECRET-KEY-1Q",
  });
  server.use(setup({ ...found, needs_first_administrator: false, backups: [] }));
  await waitFor(() => expect(where()).toBe("/sign-in"), { timeout: 5000 });
});

test("a restore that did not succeed says why, and another one can be chosen", async () => {
  const failed = { ...running, outcome: "failed" as const, reason: "The disk is full." };
  server.use(
    contract.post("/api/v1/setup/restore", () => {
      server.use(setup({ ...found, restore: failed }));
      return HttpResponse.json(running);
    }),
  );
  const { user } = render();
  await user.type(await screen.findByRole("textbox"), "AGE-SECRET-KEY-1Q");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full.");
  await user.click(screen.getByRole("button", { name: "Choose again" }));
  expect(screen.getAllByRole("radio")).toHaveLength(2);
});

test("without a key nothing is sent; a wrong one is told", async () => {
  server.use(contract.post("/api/v1/setup/restore", () => problem(422, "backup_key_wrong", "no")));
  const { user } = render();
  await user.click(await screen.findByRole("button", { name: "Restore" }));
  const key = screen.getByRole("textbox");
  expect(key).toHaveFocus();
  expect(key).toHaveAccessibleDescription(/Paste the key/);
  await user.type(key, "AGE-SECRET-KEY-1Q");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("does not open the backup");
});

test("on a server the command for its host is shown", async () => {
  server.use(setup({ ...found, restores_here: false }));
  render();
  const command = "agentlab restore agentlab-20261128T030000Z-7f3a91c8 --key FILE";
  expect(await screen.findByText(command)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Restore" })).not.toBeInTheDocument();
});
