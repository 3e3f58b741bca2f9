import { expect, test } from "vitest";
import { toRequest } from "./choices";

const now = new Date("2026-11-28T12:00:00Z");
const choice = { name: "Claude", mayWrite: false, projectId: null, lifetime: "30" } as const;

test("a token reads, until the day that was chosen", () => {
  expect(toRequest(choice, now)).toEqual({
    name: "Claude",
    scopes: ["read"],
    project_id: null,
    expires_at: "2026-12-28T12:00:00.000Z",
  });
});

test("one that writes reads, too, and may never end", () => {
  const request = toRequest({ ...choice, mayWrite: true, lifetime: "never" }, now);
  expect(request.scopes).toEqual(["read", "write"]);
  expect(request.expires_at).toBeNull();
});
