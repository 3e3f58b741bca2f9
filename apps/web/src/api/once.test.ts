import { HttpResponse } from "msw";
import { expect, test } from "vitest";
import { contract, noContent, problem } from "@/mocks/contract";
import { server } from "@/mocks/server";
import { api, unwrap } from "./client";

const THREAD = { path: { thread_id: "00000000-0000-4000-8000-0000000000a1" } };

const say = (text: string) =>
  unwrap(
    api.POST("/api/v1/threads/{thread_id}/comments", { params: THREAD, body: { text } }),
  ).catch(() => undefined);

/** The keys that comments came with; each is answered by the next of the replies. */
function keysOf(...replies: (() => Response)[]): (string | null)[] {
  const keys: (string | null)[] = [];
  server.use(
    contract.post("/api/v1/threads/{thread_id}/comments", ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      return (replies.shift() ?? noContent)() as never;
    }),
  );
  return keys;
}

const away = () => HttpResponse.error();
const unavailable = () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502 });
const refused = () => problem(409, "conflict", "no") as Response;
const done = () => new HttpResponse("{}", { status: 201 });

test("who asks again without having had an answer asks for the same thing", async () => {
  const keys = keysOf(away, unavailable, done, done);
  for (const _ of Array(4)) await say("Once");
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]]);
  expect(keys[3]).not.toBe(keys[0]); // after the answer it is another one, in the same words
});

test("after a refusal, and with other words, it is another request", async () => {
  const keys = keysOf(refused, away, away);
  for (const words of ["One", "One", "Two"]) await say(words);
  expect(new Set(keys).size).toBe(3);
});

test("two at once in the same words are one", async () => {
  const keys = keysOf(done, done);
  await Promise.all([say("Once"), say("Once")]);
  expect(new Set(keys).size).toBe(1);
});

test("what shows a secret once takes no key", async () => {
  const keys: (string | null)[] = [];
  server.use(
    contract.post("/api/v1/tokens", ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      return problem(409, "too_many_tokens", "no");
    }),
  );
  const body = { name: "Mine", scopes: ["read" as const] };
  await unwrap(api.POST("/api/v1/tokens", { body })).catch(() => undefined);
  expect(keys).toEqual([null]);
});
