import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { ada, vera } from "@/mocks/world/people";
import { othersChanged } from "./changes";
import { sessionKey } from "./session";

const keys = [["users", {}], ["people", ""], ["profile"], ["sessions"], ["portfolio"]];

/** Which of the things on Ada's screen are asked for again after a change of somebody. */
async function askedAgain(id: string | null) {
  const client = new QueryClient();
  client.setQueryData(sessionKey, ada);
  for (const key of keys) client.setQueryData(key, {});
  await othersChanged(client, [{ noun: "people", id, project_id: null }]);
  return [sessionKey, ...keys]
    .filter((key) => client.getQueryState(key)?.isInvalidated)
    .map(([noun]) => noun);
}

test("a change of somebody else concerns lists of people", async () => {
  expect(await askedAgain(vera.id)).toEqual(["users", "people"]);
});

test("a change of oneself may change everything that one sees", async () => {
  expect(await askedAgain(ada.id)).toEqual(["session", ...keys.map(([noun]) => noun)]);
});

test("what somebody said on the status page concerns nothing else", async () => {
  const client = new QueryClient();
  const shown = [["status-page"], ["portfolio"], ["inbox"], ["activity"]];
  for (const key of shown) client.setQueryData(key, {});
  await othersChanged(client, [{ noun: "status_page", id: vera.id, project_id: null }]);
  const again = shown.filter((key) => client.getQueryState(key)?.isInvalidated);
  expect(again).toEqual([["status-page"]]);
});
