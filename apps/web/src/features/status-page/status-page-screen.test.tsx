import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { incidentOf, maintenanceOf, publishedOf, statusPageIs } from "@/mocks/world/status-page";
import { StatusPageScreen } from "./status-page-screen";

const WORDS = "/api/v1/status-page/incidents/{incident_id}/words";
const MAINTENANCES = "/api/v1/status-page/maintenances";

test("it says how AgentLab is, with what is not published", async () => {
  server.use(statusPageIs({ checked_at: new Date().toISOString() }));
  const { container } = renderScreen(<StatusPageScreen />);
  expect(await screen.findByText("Everything works")).toBeVisible();
  const web = screen.getByRole("row", { name: /^Web app/ });
  expect(web).toHaveTextContent(/Works.*99\.98%.*25 ms/);
  expect(screen.getByRole("row", { name: /^Database/ })).toHaveTextContent("1 of 2 replicas");
  expect(screen.getByText("No incident in the last 90 days")).toBeVisible();
  expect(screen.getByText("No maintenance is planned")).toBeVisible();
  const link = screen.getByRole("link", { name: "Open the public page" });
  expect(link).toHaveAttribute("href", "/status/");
  expect(screen.queryByText(/The prober has not looked/)).toBeNull();
  expect(document.title).toBe("Status page · AgentLab");
  expect(await violations(container)).toEqual([]);
});

test("in French it is the French page", async () => {
  renderScreen(<StatusPageScreen />, { language: "fr" });
  expect(await screen.findByText("Tout fonctionne")).toBeVisible();
  expect(screen.getByRole("row", { name: /^Base de données/ })).toBeVisible();
  const link = screen.getByRole("link", { name: "Ouvrir la page publique" });
  expect(link).toHaveAttribute("href", "/status/fr/");
});

test("where there is none, it is said why and what to do", async () => {
  server.use(statusPageIs(null));
  renderScreen(<StatusPageScreen />);
  expect(await screen.findByText("There is no status page here")).toBeVisible();
  expect(screen.getByText(/docs\/operate\/status\.md/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Plan maintenance" })).toBeNull();
});

test("what cannot be read says what to look at", async () => {
  server.use(contract.get("/api/v1/status-page", () => problem(503, "status_store_away", "Away.")));
  renderScreen(<StatusPageScreen />);
  expect(await screen.findByRole("alert")).toHaveTextContent(/whether the service “status” runs/);
});

test("what an old look found is doubted", async () => {
  renderScreen(<StatusPageScreen />);
  expect(await screen.findByText(/The prober has not looked for a while/)).toBeVisible();
});

test("words are said at an open incident, and stand there at once", async () => {
  const asked: unknown[] = [];
  const incident = incidentOf();
  const explained = incidentOf({
    updates: [
      ...incident.updates,
      {
        at: "2026-11-24T09:00:00Z",
        status: "investigating",
        by_person: true,
        says: { en: "A cable was cut.", fr: "Un câble a été coupé." },
      },
    ],
  });
  server.use(
    statusPageIs({ incidents: [incident] }),
    contract.post(WORDS, async ({ request, params }) => {
      asked.push([params["incident_id"], await request.json()]);
      server.use(statusPageIs({ incidents: [explained] }));
      return HttpResponse.json(explained, { status: 201 });
    }),
  );
  const { user, container } = renderScreen(<StatusPageScreen />);
  await user.click(await screen.findByRole("button", { name: "Add words: Trouble with API" }));
  const dialog = screen.getByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Publish" }));
  const english = within(dialog).getByRole("textbox", { name: "In English" });
  expect(english).toHaveAccessibleDescription("Write what people should read.");
  expect(asked).toEqual([]);
  await user.type(english, "A cable was cut.");
  await user.type(within(dialog).getByRole("textbox", { name: "In French" }), "Un câble.");
  await user.click(within(dialog).getByRole("button", { name: "Publish" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked).toEqual([[incident.id, { text: "A cable was cut.", french: "Un câble." }]]);
  const timeline = screen.getByRole("list", { name: "What happened: Trouble with API" });
  await waitFor(() => expect(timeline).toHaveTextContent(/Written by a person.*A cable was/));
  expect(screen.getByText("Your words are published within 15 seconds.")).toBeVisible();
  expect(await violations(container)).toEqual([]);
});

test("an incident that has ended takes words, too; what is refused stays in the dialog", async () => {
  const asked: unknown[] = [];
  server.use(
    statusPageIs({
      incidents: [incidentOf({ status: "resolved", resolved_at: "2026-11-24T09:10:00Z" })],
    }),
    contract.post(WORDS, async ({ request }) => {
      asked.push(await request.json());
      return problem(503, "status_store_busy", "Busy.");
    }),
  );
  const { user } = renderScreen(<StatusPageScreen />);
  await user.click(await screen.findByText("Trouble with API"));
  await user.click(screen.getByRole("button", { name: "Add words: Trouble with API" }));
  const english = screen.getByRole("textbox", { name: "In English" });
  await user.type(english, "It was a cable.");
  await user.click(screen.getByRole("button", { name: "Publish" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/try again in a moment/);
  expect(english).toHaveValue("It was a cable.");
  expect(asked).toEqual([{ text: "It was a cable.", french: null }]);
});

test("maintenance is planned in the person's own time zone", async () => {
  const asked: unknown[] = [];
  server.use(
    contract.post(MAINTENANCES, async ({ request }) => {
      asked.push(await request.json());
      server.use(statusPageIs({ maintenances: [maintenanceOf()] }));
      return HttpResponse.json(maintenanceOf(), { status: 201 });
    }),
  );
  const { user } = renderScreen(<StatusPageScreen />);
  await user.click(await screen.findByRole("button", { name: "Plan maintenance" }));
  const dialog = screen.getByRole("dialog", { name: "Plan maintenance" });
  const [from, to] = [within(dialog).getByLabelText("From"), within(dialog).getByLabelText("To")];
  await user.type(within(dialog).getByRole("textbox", { name: "In English" }), "A larger disk.");
  await user.clear(from);
  await user.clear(to);
  await user.type(from, "2036-12-01T22:00");
  await user.type(to, "2036-12-01T21:00");
  await user.click(within(dialog).getByRole("button", { name: "Announce" }));
  expect(to).toHaveAccessibleDescription("The end has to be after the start.");
  await user.clear(to);
  await user.type(to, "2036-12-02T00:30");
  await user.click(within(dialog).getByRole("checkbox", { name: "Database" }));
  await user.click(within(dialog).getByRole("button", { name: "Announce" }));
  expect(await screen.findByText("Planned maintenance: Database")).toBeVisible();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(zone).toBe("UTC");
  expect(asked).toEqual([
    {
      text: "A larger disk.",
      french: null,
      starts_at: "2036-12-01T22:00:00.000Z",
      ends_at: "2036-12-02T00:30:00.000Z",
      components: ["database"],
    },
  ]);
});

test("planned maintenance is called off after a question", async () => {
  const gone: unknown[] = [];
  const cancelled = maintenanceOf({ stage: "cancelled" });
  server.use(
    statusPageIs({ maintenances: [maintenanceOf()] }),
    contract.delete("/api/v1/status-page/maintenances/{maintenance_id}", ({ params }) => {
      gone.push(params["maintenance_id"]);
      server.use(statusPageIs({ maintenances: [cancelled] }));
      return HttpResponse.json(cancelled);
    }),
  );
  const { user, container } = renderScreen(<StatusPageScreen />);
  await user.click(await screen.findByRole("button", { name: /^Call off: Planned maintenance/ }));
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Call off" }));
  expect(await screen.findByText("The maintenance is called off.")).toBeVisible();
  expect(gone).toEqual([maintenanceOf().id]);
  await user.click(screen.getByText("Earlier"));
  expect(screen.getByText("Called off")).toBeVisible();
});

test("what somebody else ended before is told", async () => {
  server.use(
    statusPageIs({ maintenances: [maintenanceOf({ stage: "in_progress" })] }),
    contract.delete("/api/v1/status-page/maintenances/{maintenance_id}", () =>
      problem(404, "no_such_maintenance", "No."),
    ),
  );
  const { user } = renderScreen(<StatusPageScreen />);
  await user.click(await screen.findByRole("button", { name: /^End now: Planned maintenance/ }));
  await user.click(screen.getByRole("button", { name: "End now" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("over or was called off already");
});

test("it stays readable while it cannot be renewed", async () => {
  const { client } = renderScreen(<StatusPageScreen />);
  expect(await screen.findByText("Everything works")).toBeVisible();
  server.use(
    contract.get("/api/v1/status-page", () =>
      problem(409, "status_store_of_another_version", "Another."),
    ),
  );
  await client.invalidateQueries({ queryKey: ["status-page"] });
  expect(await screen.findByRole("alert")).toHaveTextContent(/AgentLab is being updated/);
  expect(screen.getByText(publishedOf().says.en)).toBeVisible();
});
