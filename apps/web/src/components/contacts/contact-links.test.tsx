import { screen, within } from "@testing-library/react";
import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { violations } from "@/mocks/axe";
import { contract, problem } from "@/mocks/contract";
import { renderScreen } from "@/mocks/render";
import { server } from "@/mocks/server";
import { contactOf, contactsAre, lumiere, marie, pierre } from "@/mocks/world/catalogue";
import { vera } from "@/mocks/world/people";
import { readerId } from "@/mocks/world/portfolio";
import { ProjectContacts, ServiceContacts } from "./contact-links";

const serviceId = "00000000-0000-4000-8000-0000000000d1";
const linked = (({ id, name, email, role, phone, active, version }) => ({
  id,
  name,
  email,
  role,
  phone,
  active,
  version,
}))(marie);

test("a contact is linked to a project in several roles", async () => {
  let sent: unknown;
  server.use(
    contactsAre(marie),
    contract.put("/api/v1/projects/{project_id}/contacts/{contact_id}", async ({ request }) => {
      sent = [request.url, await request.json()];
      return HttpResponse.json({ items: [] });
    }),
  );
  const { user, container } = renderScreen(
    <ProjectContacts projectId={readerId} client={lumiere} />,
  );
  expect(await screen.findByText("Nobody is linked yet.")).toBeVisible();
  expect(await violations(container)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Link a contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(dialog.getByText("Choose a contact, or add a new one.")).toBeVisible();
  await user.type(dialog.getByRole("combobox", { name: "Contact" }), "mar");
  await user.click(await dialog.findByRole("option", { name: /Marie Curie/ }));
  await user.click(dialog.getByRole("checkbox", { name: "Reviewer" }));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await expect
    .poll(() => sent)
    .toEqual([
      expect.stringContaining(`/projects/${readerId}/contacts/${marie.id}`),
      { roles: ["approver", "reviewer"] },
    ]);
});

test("a contact’s name that is pasted counts as soon as the contact is found", async () => {
  let asked: unknown;
  server.use(
    contactsAre(marie),
    contract.put("/api/v1/projects/{project_id}/contacts/{contact_id}", ({ request }) => {
      asked = request.url;
      return HttpResponse.json({ items: [] });
    }),
  );
  const { user } = renderScreen(<ProjectContacts projectId={readerId} client={lumiere} />);
  await user.click(await screen.findByRole("button", { name: "Link a contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("combobox", { name: "Contact" }));
  await user.paste("marie curie");
  await dialog.findByRole("option", { name: /Marie Curie/ });
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await expect.poll(() => asked).toEqual(expect.stringContaining(`/contacts/${marie.id}`));
});

test("whatever the search finds is offered, and of two who look alike the one that was taken is", async () => {
  let asked: unknown;
  const twins = [marie, { ...marie, id: pierre.id }].map((one) => ({ ...one, email: "" }));
  server.use(
    contactsAre(...twins),
    contract.put("/api/v1/projects/{project_id}/contacts/{contact_id}", ({ request }) => {
      asked = request.url;
      return HttpResponse.json({ items: [] });
    }),
  );
  const { user } = renderScreen(<ProjectContacts projectId={readerId} client={lumiere} />);
  await user.click(await screen.findByRole("button", { name: "Link a contact" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("combobox", { name: "Contact" }), "curie marie");
  const [, second] = await dialog.findAllByRole("option", { name: /Marie Curie/ });
  await user.click(second ?? dialog.getByRole("listbox"));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await expect.poll(() => asked).toEqual(expect.stringContaining(`/contacts/${pierre.id}`));
});

test("the primary contact of a service stands first and its role is changed", async () => {
  let sent: unknown;
  server.use(
    contract.get("/api/v1/services/{service_id}/contacts", () =>
      HttpResponse.json({ items: [{ contact: linked, role: "primary" }] }),
    ),
    contract.put("/api/v1/services/{service_id}/contacts/{contact_id}", async ({ request }) => {
      sent = [request.headers.get("If-Match"), await request.json()];
      return HttpResponse.json({ items: [] });
    }),
  );
  const { user } = renderScreen(<ServiceContacts serviceId={serviceId} client={lumiere} />);
  expect(await screen.findByText("Primary")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change the role of Marie Curie" }));
  await user.click(await screen.findByRole("radio", { name: /Relationship/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await expect.poll(() => sent).toEqual([`"${marie.version}"`, { role: "relationship" }]);
});

test("somebody who is not there yet is added on the way", async () => {
  const eve = contactOf({ id: "00000000-0000-4000-8000-0000000000e9", name: "Ève" });
  server.use(contract.post("/api/v1/contacts", () => HttpResponse.json(eve, { status: 201 })));
  const { user } = renderScreen(<ProjectContacts projectId={readerId} client={lumiere} />);
  await user.click(await screen.findByRole("button", { name: "Link a contact" }));
  await user.click(await screen.findByRole("button", { name: "New contact" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Ève{Enter}");
  expect(await screen.findByRole("combobox", { name: "Contact" })).toHaveValue("Ève");
});

test("a link is not taken away over what somebody else made of it", async () => {
  const versions: (string | null)[] = [];
  server.use(
    contract.get("/api/v1/projects/{project_id}/contacts", () =>
      HttpResponse.json({ items: [{ contact: linked, roles: ["approver"] }] }),
    ),
    contract.get("/api/v1/contacts/{contact_id}", () =>
      HttpResponse.json(
        contactOf({
          ...marie,
          projects: [
            {
              project: { id: readerId, key: "LECTEUR-RSS", name: "Lecteur RSS", status: "active" },
              roles: ["stakeholder"],
            },
          ],
          version: marie.version + 1,
          updated_by: { id: vera.id, name: "Grace Hopper" },
        }),
      ),
    ),
    contract.delete("/api/v1/projects/{project_id}/contacts/{contact_id}", ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      return versions.length === 1
        ? problem(412, "changed_meanwhile", "Changed.")
        : HttpResponse.json({ items: [] });
    }),
  );
  const { user } = renderScreen(<ProjectContacts projectId={readerId} client={lumiere} />);
  const unlink = { name: "Take the link to Marie Curie away" };
  await user.click(await screen.findByRole("button", unlink));
  expect(await screen.findByText("Changed by Grace Hopper meanwhile")).toBeVisible();
  expect(screen.getByText(/Roles here: was “Approver”, is now “Stakeholder”\./)).toBeVisible();
  await user.click(screen.getByRole("button", unlink));
  expect(await screen.findByText("Marie Curie is no longer linked.")).toBeVisible();
  expect(versions).toEqual([`"${marie.version}"`, `"${marie.version + 1}"`]);
});

test("a viewer sees who is linked, and no way to change it", async () => {
  server.use(
    contract.get("/api/v1/projects/{project_id}/contacts", () =>
      HttpResponse.json({ items: [{ contact: linked, roles: ["approver"] }] }),
    ),
  );
  renderScreen(<ProjectContacts projectId={readerId} client={lumiere} />, { as: vera });
  expect(await screen.findByRole("link", { name: "Marie Curie" })).toBeVisible();
  expect(screen.queryByRole("button", { name: /Change the role/ })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Link a contact" })).toHaveAttribute("aria-disabled");
});
