import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { contract, noContent, problem } from "@/mocks/contract";
import { server } from "@/mocks/server";
import { ada } from "@/mocks/world/people";
import { ApiProblem, api, unwrap } from "./client";

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable("the call should fail"),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ApiProblem);
      return error as ApiProblem;
    },
  );

test("a good reply is its body", async () => {
  expect(await unwrap(api.GET("/api/v1/session"))).toEqual(ada);
});

test("a reply without a body is undefined", async () => {
  server.use(contract.delete("/api/v1/session", noContent));
  expect(await unwrap(api.DELETE("/api/v1/session"))).toBeUndefined();
});

test("a refusal keeps its code, sentence, field, request id and waiting time", async () => {
  const facts = { field: "email", retryAfterS: 840 };
  const refuse = () => problem(429, "too_many_sign_ins", "Wait.", facts);
  server.use(contract.post("/api/v1/session", refuse));
  const body = { email: "ada@example.test", password: "wrong" };
  const error = await failure(unwrap(api.POST("/api/v1/session", { body })));
  expect({ ...error }).toEqual({
    name: "ApiProblem",
    status: 429,
    code: "too_many_sign_ins",
    detail: "Wait.",
    field: "email",
    requestId: "req-1",
    retryAfterS: 840,
    kind: null,
    facts: {},
  });
});

test("a server that cannot be reached is a problem of its own", async () => {
  server.use(contract.get("/api/v1/clients", () => HttpResponse.error()));
  const error = await failure(unwrap(api.GET("/api/v1/clients")));
  expect([error.status, error.code]).toEqual([0, "no_connection"]);
});

test("a proxy's error page means that the server is away", async () => {
  const page = () => HttpResponse.html("<h1>Bad gateway</h1>", { status: 502 });
  server.use(http.get("/api/v1/clients", page));
  const error = await failure(unwrap(api.GET("/api/v1/clients")));
  expect([error.status, error.code]).toEqual([502, "unavailable"]);
});

test("a reply that is not JSON where JSON was promised is no connection to AgentLab", async () => {
  server.use(http.get("/api/v1/clients", () => HttpResponse.html("<p>Hotel Wi-Fi</p>")));
  const error = await failure(unwrap(api.GET("/api/v1/clients")));
  expect(error.code).toBe("no_connection");
});

test("a cancelled call stays a cancellation", async () => {
  const controller = new AbortController();
  controller.abort();
  const call = unwrap(api.GET("/api/v1/session", { signal: controller.signal }));
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});
