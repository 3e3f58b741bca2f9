import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { applicationOf, lumiere } from "@/mocks/world/catalogue";
import { readerId } from "@/mocks/world/portfolio";
import { TouchedApplications } from "./touched-applications";

test("an application of the client is linked", async () => {
  let sent: unknown;
  server.use(
    contract.put(
      "/api/v1/applications/{application_id}/projects/{project_id}",
      async ({ request, params }) => {
        sent = [params["project_id"], await request.json()];
        return HttpResponse.json(applicationOf());
      },
    ),
  );
  const { user, container } = renderScreen(
    <TouchedApplications projectId={readerId} client={lumiere} />,
  );
  await user.click(await screen.findByRole("button", { name: "Link an application" }));
  expect(await violations(container)).toEqual([]);
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("combobox", { name: "Application" }));
  await user.click(await dialog.findByRole("option", { name: "Portal" }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await expect.poll(() => sent).toEqual([readerId, { relation: "changes" }]);
});
