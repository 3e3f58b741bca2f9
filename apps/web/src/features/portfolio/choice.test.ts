import { expect, test } from "vitest";
import {
  addressOf,
  choiceOf,
  everything,
  filtersOf,
  isNarrowed,
  sortedBy,
  toggled,
} from "./choice";

const id = "00000000-0000-4000-8000-0000000000c1";

test("an address holds the whole choice", () => {
  const choice = {
    ...everything,
    layout: "table",
    sort: "-changed_at",
    search: "é & co",
    status: ["blocked", "draft"],
    stage: ["Create the PRD"],
    client: [id],
    owner: ["none", id],
    service: [id],
    application: [id],
    domain: [id],
    type: ["existing"],
    implementation: [id],
    users: [id],
    waiting: true,
    quiet: true,
  } as const;
  expect(choiceOf(addressOf(choice))).toEqual(choice);
  expect(addressOf(everything)).toBe("");
});

test("what makes no sense in an address is passed over", () => {
  expect(
    choiceOf(
      "?layout=x&sort=colour&status=gone&type=odd&application=1&domain=1&client=1&owner=me&waiting=maybe",
    ),
  ).toEqual(everything);
});

test("the API is asked only for what narrows; groups come sorted by client", () => {
  expect(filtersOf(everything)).toEqual({ sort: "client" });
  expect(filtersOf({ ...everything, layout: "table", search: " a ", owner: ["none"] })).toEqual({
    sort: "name",
    search: "a",
    owner_id: ["none"],
  });
});

test("values go in and out, and a second click turns the order around", () => {
  const blocked = toggled(everything, "status", "blocked");
  expect([isNarrowed(blocked), isNarrowed(toggled(blocked, "status", "blocked"))]).toEqual([
    true,
    false,
  ]);
  const once = sortedBy(everything, "stage_since");
  expect([once.layout, once.sort, sortedBy(once, "stage_since").sort]).toEqual([
    "table",
    "stage_since",
    "-stage_since",
  ]);
});
