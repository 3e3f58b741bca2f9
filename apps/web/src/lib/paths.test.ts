import { expect, test } from "vitest";
import { paths, safeNext } from "./paths";

const id = "00000000-0000-4000-8000-000000000001";

test("every id stands in a segment of its own, so that the server can rewrite it", () => {
  const addresses = [
    paths.project(id),
    paths.document(id),
    paths.document(id, 3),
    paths.gate(id),
    paths.application(id),
  ];
  expect(addresses).toEqual([
    `/projects/${id}`,
    `/documents/${id}`,
    `/documents/${id}?version=3`,
    `/gates/${id}`,
    `/applications/${id}`,
  ]);
});

test("the way back after signing in survives its own encoding", () => {
  const address = new URL(paths.signIn("/import?path=/a b&choose="), "http://agentlab.test");
  expect(safeNext(address.searchParams.get("next"))).toBe("/import?path=/a b&choose=");
});

test.each([null, "", "https://evil.test", "//evil.test", "/\\evil.test", "/sign-in", "/setup?x=1"])(
  "after signing in, %j leads to the portfolio",
  (next) => {
    expect(safeNext(next)).toBe("/");
  },
);
