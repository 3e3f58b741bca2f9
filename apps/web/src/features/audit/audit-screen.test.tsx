import en from "@messages/en.json";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import {
  bobId,
  entriesAre,
  entryOf,
  retentionIs,
  verificationIs,
  verificationOf,
} from "@/mocks/world/activity";
import { AuditScreen } from "./audit-screen";
import { NOUNS } from "./queries";

test("the trail says who did what, when, where", async () => {
  const { container } = renderScreen(<AuditScreen />);
  const row = (
    await screen.findByRole("button", { name: "Entry 7: Project project.changed" })
  ).closest("tr");
  expect(row).toHaveTextContent("Bob Noyce");
  expect(row).toHaveTextContent("Lecteur RSS");
  expect(row).toHaveTextContent("Project project.changed");
  expect(document.title).toBe("Audit trail · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("an entry shows what was before and what is after, and leads to others like it", async () => {
  const asked: string[] = [];
  server.use(
    contract.get("/api/v1/audit/entries", ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ items: [entryOf()], next: null });
    }),
  );
  const { user } = renderScreen(<AuditScreen />);
  await user.click(await screen.findByRole("button", { name: "Entry 7: Project project.changed" }));
  const dialog = within(await screen.findByRole("dialog"));
  const row = dialog.getByText("description").closest("tr");
  expect(row).toHaveTextContent("descriptionOldNew");
  expect(dialog.getByText("owner_id").closest("tr")).toHaveTextContent(`owner_id—${bobId}`);
  expect(dialog.getByText("It was wrong")).toBeVisible();
  expect(dialog.getByText("192.0.2.7")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Only by this person" }));
  await waitFor(() => expect(asked.at(-1)).toBe(`?actor_id=${bobId}`));
  expect(window.location.search).toBe(`?actor=${bobId}`);
  expect(screen.getByRole("combobox", { name: "Person" })).toHaveValue("Bob Noyce");
  await user.click(await screen.findByRole("button", { name: "Entry 7: Project project.changed" }));
  await user.click(await screen.findByRole("button", { name: "Only of this request" }));
  await waitFor(() => expect(asked.at(-1)).toBe(`?actor_id=${bobId}&request_id=req-7`));
  await user.click(screen.getByRole("button", { name: "Show all again: One request" }));
  await waitFor(() => expect(window.location.search).toBe(`?actor=${bobId}`));
});

test("of an entry whose details were deleted on purpose that is said", async () => {
  server.use(entriesAre([entryOf({ details_erased: true, before: {}, after: {}, reason: "" })]));
  const { user } = renderScreen(<AuditScreen />);
  await user.click(await screen.findByRole("button", { name: "Entry 7: Project project.changed" }));
  expect(await screen.findByText(/were deleted on purpose/)).toBeVisible();
  await user.keyboard("{Escape}"); // once, though no field has the focus
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("filters are asked for, live in the address, and are those of the export", async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    contract.get("/api/v1/audit/entries", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json({ items: [], next: null });
    }),
  );
  const { user } = renderScreen(<AuditScreen />, { at: "/audit?noun=project" });
  await user.type(await screen.findByRole("searchbox"), "RSS");
  await waitFor(() => expect(asked.at(-1)?.get("search")).toBe("RSS"));
  expect(asked.at(-1)?.get("action")).toBe("project.");
  expect(window.location.search).toBe("?search=RSS&noun=project");
  expect(screen.getByRole("link", { name: "Export as CSV" })).toHaveAttribute(
    "href",
    "/api/v1/audit/entries.csv?search=RSS&action=project.",
  );
  expect(screen.getByText("No entry matches these filters")).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Clear the filters" })[0] as HTMLElement);
  await waitFor(() => expect(window.location.search).toBe(""));
});

test("entries of one client are asked for", async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    contract.get("/api/v1/audit/entries", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json({ items: [], next: null });
    }),
  );
  const { user } = renderScreen(<AuditScreen />);
  await user.type(await screen.findByRole("combobox", { name: "Client" }), "Maison Lumière");
  await waitFor(() => expect(asked.at(-1)?.get("client_id")).toBeTruthy());
});

test("every noun has a name, and can be chosen", () => {
  expect([...NOUNS].sort()).toEqual(Object.keys(en.audit.nouns).sort());
});

test("an action is told in the reader's language, with its code beside it", async () => {
  renderScreen(<AuditScreen />, { language: "fr" });
  const action = await screen.findByRole("button", { name: /project.changed$/ });
  expect(action).toHaveTextContent("Projet project.changed");
});

test("how long details are kept is told", async () => {
  const { unmount } = renderScreen(<AuditScreen />);
  expect(await screen.findByText(/Nothing is forgotten/)).toBeVisible();
  unmount();
  server.use(retentionIs({ details_days: 365, applied_at: "2026-11-24T09:00:00Z" }));
  renderScreen(<AuditScreen />);
  expect(await screen.findByText(/older than 365 days are deleted/)).toBeVisible();
  expect(screen.getByText(/Deleted the last time/)).toBeVisible();
});

test("the last verification is shown with its head", async () => {
  server.use(verificationIs(verificationOf({ erased: 2 })));
  renderScreen(<AuditScreen />);
  expect(await screen.findByText(/^The trail is whole/)).toBeVisible();
  expect(screen.getByText(/1,200 entries checked · details of 2 entries/)).toBeVisible();
  expect(screen.getByText(/asked for by Ada Lovelace/)).toBeVisible();
  expect(screen.getByText(/^1200:cdcd/)).toBeVisible();
});

test("what was done to the trail is said in sentences", async () => {
  const troubles = [
    { kind: "entries_missing", sequence: 3, until: 4 },
    { kind: "entry_changed", sequence: 9, until: null },
  ] as const;
  server.use(verificationIs(verificationOf({ troubles_total: 5, troubles: [...troubles] })));
  renderScreen(<AuditScreen />);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("5 places are not what AgentLab wrote.");
  expect(alert).toHaveTextContent("Entries 3 to 4 are missing.");
  expect(alert).toHaveTextContent("Entry 9 was changed.");
  expect(alert).toHaveTextContent("And 3 more.");
});

test("an empty trail that was verified is not called whole", async () => {
  server.use(verificationIs(verificationOf({ checked: 0 })));
  renderScreen(<AuditScreen />);
  expect(await screen.findByText(/There was nothing to verify yet/)).toBeVisible();
  expect(screen.queryByText(/The trail is whole/)).not.toBeInTheDocument();
});

test("a verification is asked for and watched until it ends", async () => {
  server.use(verificationIs(null));
  const { user } = renderScreen(<AuditScreen />);
  expect(await screen.findByText(/was not verified yet/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Verify now" }));
  expect(await screen.findByRole("progressbar", { name: "Verifying…" })).toBeVisible();
  server.use(verificationIs(verificationOf()));
  expect(await screen.findByText(/^The trail is whole/)).toBeVisible();
});

test("whoever is no administrator is told", async () => {
  const no = () => problem(403, "forbidden", "no");
  server.use(
    contract.get("/api/v1/audit/entries", no),
    contract.get("/api/v1/audit/verification", no),
    contract.get("/api/v1/audit/retention", no),
  );
  vi.spyOn(console, "error").mockImplementation(() => {});
  renderScreen(<AuditScreen />);
  await waitFor(() =>
    expect(
      screen.getAllByText("Your role does not allow this. Ask an administrator."),
    ).toHaveLength(3),
  );
});
