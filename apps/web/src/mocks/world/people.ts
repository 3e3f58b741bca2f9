import { HttpResponse } from "msw";
import type { Schemas } from "@/api/client";
import { contract, noContent, problem } from "../contract";

/** The administrator; signed in unless a test says otherwise. */
export const ada: Schemas["AccountOut"] = {
  id: "00000000-0000-4000-8000-00000000ada0",
  name: "Ada Lovelace",
  email: "ada@example.test",
  role: "administrator",
  sees_all_clients: true,
  language: null,
  time_zone: null,
};

/** Works for the clients that are hers; the others are not there for her. */
export const grace: Schemas["AccountOut"] = {
  id: "00000000-0000-4000-8000-00000000e4ce",
  name: "Grace Hopper",
  email: "grace@example.test",
  role: "product_owner",
  sees_all_clients: false,
  language: null,
  time_zone: null,
};

/** May read, and change nothing. */
export const vera: Schemas["AccountOut"] = {
  id: "00000000-0000-4000-8000-00000000be0a",
  name: "Vera Rubin",
  email: "vera@example.test",
  role: "viewer",
  sees_all_clients: true,
  language: null,
  time_zone: null,
};

export const signedInAs = (account: Schemas["AccountOut"]) =>
  contract.get("/api/v1/session", () => HttpResponse.json(account));

export const nobodySignedIn = contract.get("/api/v1/session", () =>
  problem(401, "not_signed_in", "You are not signed in. Sign in and try again."),
);

/** What a first run finds, unless there are backups: nobody, or everybody who was ever there. */
export const setupOf = (needsFirstAdministrator: boolean): Schemas["SetupOut"] => ({
  needs_first_administrator: needsFirstAdministrator,
  backups: [],
  archives: [],
  restores_here: false,
  restore: null,
});

export const peopleHandlers = [
  signedInAs(ada),
  contract.get("/api/v1/setup", () => HttpResponse.json(setupOf(false))),
  contract.post("/api/v1/setup", () => HttpResponse.json(ada, { status: 201 })),
  contract.post("/api/v1/session", () => HttpResponse.json(ada)),
  contract.delete("/api/v1/session", noContent),
  contract.get("/api/v1/single-sign-on", () => HttpResponse.json({ is_on: false, name: null })),
];
