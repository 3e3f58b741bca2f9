import { gunzipSync } from "node:zlib";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import type { Report, RowReport } from "./sending";
import { SpreadsheetScreen } from "./spreadsheet-screen";

const rowOf = (facts: Partial<RowReport> = {}): RowReport => ({
  row: 2,
  client: "Maison Lumière",
  service: "Reading",
  project: "Feed reader",
  key: "READER",
  creates: ["client", "service", "project"],
  errors: [],
  ...facts,
});
const reportOf = (rows: RowReport[], facts: Partial<Report> = {}): Report => ({
  columns: ["client", "service", "project"],
  ignored_columns: [],
  creates: { clients: 1, services: 1, projects: 1 },
  already_there: 0,
  errors_total: rows.flatMap(({ errors }) => errors).length,
  rows,
  ...facts,
});
const inspectionIs = (report: Report) =>
  contract.post("/api/v1/spreadsheets/inspection", () => HttpResponse.json(report));

const wrongRow = rowOf({
  row: 3,
  creates: [],
  errors: [
    {
      column: "domain",
      wrong: "unknown_value",
      given: "<b>magic</b>",
      other_row: null,
      facts: { offered: ["finance", "other"] },
      detail: "This is none of: finance, other.",
    },
  ],
});

const text = "client;service;project\nMaison Lumière;Reading;Feed reader\n";
const file = (content = text) => new File([content], "portfolio.csv", { type: "text/csv" });

async function open(options = {}) {
  const view = renderScreen(<SpreadsheetScreen />, { at: "/spreadsheets", ...options });
  const choose = async (chosen = file()) =>
    view.user.upload(screen.getByLabelText("CSV file"), chosen);
  return { ...view, choose };
}

test("a file is read first, and imported when every row is right", async () => {
  let read = "";
  server.use(
    contract.post("/api/v1/spreadsheets/inspection", async ({ request }) => {
      expect(request.headers.get("Content-Type")).toBe("text/csv");
      expect(request.headers.get("Content-Encoding")).toBe("gzip");
      read = gunzipSync(new Uint8Array(await request.arrayBuffer())).toString();
      return HttpResponse.json(reportOf([rowOf()]));
    }),
    contract.post("/api/v1/spreadsheets/import", () =>
      HttpResponse.json(
        {
          created: { clients: 1, services: 1, projects: 1 },
          already_there: 0,
          clients: [],
          projects: [{ id: readerId, key: "READER", name: "Feed reader" }],
        },
        { status: 201 },
      ),
    ),
  );
  const { container, user, choose } = await open();
  expect(await violations(container)).toEqual([]);
  await choose();
  expect(await screen.findByText("Everything can be imported")).toBeVisible();
  expect(read).toBe(text);
  expect(screen.getByText("New project")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Import" }));
  expect(await screen.findByRole("heading", { name: "Imported" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Feed reader" })).toHaveAttribute(
    "href",
    `/projects/${readerId}`,
  );
});

test("rows with errors stand first, say what to do, and keep everything from being imported", async () => {
  server.use(inspectionIs(reportOf([rowOf(), wrongRow], { ignored_columns: ["budget"] })));
  const { container, choose } = await open();
  await choose();
  expect(await screen.findByText("One row needs a correction")).toBeVisible();
  const rows = screen.getAllByRole("row").slice(1);
  expect(within(rows[0] as HTMLElement).getByText("“<b>magic</b>”")).toBeVisible();
  expect(
    within(rows[0] as HTMLElement).getByText(/one of these codes, or a name: finance, other\./),
  ).toBeVisible();
  expect(screen.getByText("budget")).toBeVisible();
  expect(screen.getByRole("button", { name: "Import" })).toHaveAttribute(
    "aria-description",
    "Correct the rows with errors first.",
  );
  expect(await violations(container)).toEqual([]);
});

test("a file whose rows are all there makes nothing", async () => {
  server.use(
    inspectionIs(
      reportOf([rowOf({ creates: [] })], {
        creates: { clients: 0, services: 0, projects: 0 },
        already_there: 1,
      }),
    ),
  );
  const { choose } = await open();
  await choose();
  expect(await screen.findByText("Everything in this file is there already")).toBeVisible();
  expect(screen.getByRole("button", { name: "Import" })).toHaveAttribute("aria-disabled");
});

test("ten thousand rows come a page at a time and can be narrowed down", async () => {
  const many = Array.from({ length: 10_000 }, (_, index) => rowOf({ row: index + 2 }));
  server.use(inspectionIs(reportOf([...many, { ...wrongRow, row: 20_000 }])));
  const { user, choose } = await open();
  await choose();
  expect(await screen.findByText("Page 1 of 101")).toBeVisible();
  expect(screen.getAllByRole("row")).toHaveLength(101);
  await user.click(screen.getByRole("button", { name: "Next" }));
  expect(screen.getByText("Page 2 of 101")).toBeVisible();
  await user.click(screen.getByRole("combobox", { name: "Which rows" }));
  await user.click(await screen.findByRole("option", { name: "With errors (1)" }));
  expect(screen.getAllByRole("row")).toHaveLength(2);
});

test("a file that is no spreadsheet, or too large, is said at once", async () => {
  server.use(
    contract.post("/api/v1/spreadsheets/inspection", () =>
      problem(422, "spreadsheet_not_utf8", "no"),
    ),
  );
  const { choose } = await open();
  await choose();
  expect(await screen.findByRole("alert")).toHaveTextContent("CSV UTF-8");
  await choose(file("x".repeat(5_000_001)));
  await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("larger than 5 MB"));
});

test("where a file cannot be read, and which column is there twice, is said", async () => {
  server.use(
    contract.post("/api/v1/spreadsheets/inspection", () =>
      problem(422, "spreadsheet_unreadable", "no", { kind: "line", facts: { line: 1204 } }),
    ),
  );
  const { choose } = await open();
  await choose();
  expect(await screen.findByRole("alert")).toHaveTextContent(/^Line 1,204 of the file/);
  server.use(
    contract.post("/api/v1/spreadsheets/inspection", () =>
      problem(422, "column_twice", "no", { facts: { column: "client" } }),
    ),
  );
  await choose();
  await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent(/mean “client”/));
});

test("the template comes in the reader's language", async () => {
  await open({ language: "fr" });
  expect(screen.getByRole("link", { name: "Modèle" })).toHaveAttribute(
    "href",
    "/api/v1/spreadsheets/template?language=fr",
  );
});

test("a viewer sees why importing is not for them", async () => {
  await open({ as: vera });
  expect(screen.getByText(/Viewers can read/)).toBeVisible();
  expect(screen.queryByLabelText("CSV file")).not.toBeInTheDocument();
});
