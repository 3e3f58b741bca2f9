import type { DefaultBodyType, HttpResponseResolver, PathParams } from "msw";
import { HttpResponse, http } from "msw";
import type { Schemas } from "@/api/client";
import type { paths } from "@/api/generated/schema";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];
type Json<R, S extends number> = R extends {
  [K in S]: { content: { "application/json": infer B } };
}
  ? B
  : never;
type Replies<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer R }
  ? Json<R, 200> | Json<R, 201> | Json<R, 202>
  : never;
type Answer<P extends keyof paths, M extends Method> = HttpResponseResolver<
  PathParams,
  DefaultBodyType,
  Replies<P, M> | Schemas["Problem"] | undefined
>;

/** `/projects/{project_id}` as MSW spells it. */
const spelled = (path: string) => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** Answers of the API that the compiler checks against the contract. */
export const contract = {
  get: <P extends PathsWith<"get">>(path: P, answer: Answer<P, "get">) =>
    http.get(spelled(path), answer),
  post: <P extends PathsWith<"post">>(path: P, answer: Answer<P, "post">) =>
    http.post(spelled(path), answer),
  put: <P extends PathsWith<"put">>(path: P, answer: Answer<P, "put">) =>
    http.put(spelled(path), answer),
  patch: <P extends PathsWith<"patch">>(path: P, answer: Answer<P, "patch">) =>
    http.patch(spelled(path), answer),
  delete: <P extends PathsWith<"delete">>(path: P, answer: Answer<P, "delete">) =>
    http.delete(spelled(path), answer),
};

type Facts = {
  field?: string;
  kind?: string;
  facts?: Schemas["Problem"]["facts"];
  retryAfterS?: number;
};

/** A refusal in the API's one shape. */
export function problem(status: number, code: string, detail: string, facts: Facts = {}) {
  const body = {
    type: "about:blank",
    title: "Refused",
    status,
    code,
    detail,
    field: facts.field ?? null,
    kind: facts.kind ?? null,
    facts: facts.facts ?? {},
    request_id: "req-1",
  };
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  if (facts.retryAfterS) headers.set("Retry-After", String(facts.retryAfterS));
  return HttpResponse.json<Schemas["Problem"]>(body, { status, headers });
}

export const noContent = () => new HttpResponse<undefined>(null, { status: 204 });
