import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema";
import { askingOnce } from "./once";

export type Schemas = components["schemas"];

/** One client for the whole app. Its types are the contract; see `npm run generate`. */
export const api = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  // Looked up at each call, so that a test's interception is seen.
  fetch: (request) => globalThis.fetch(request),
});

api.use(askingOnce());

/** Headers of a change that was made from this version: others' changes are not overwritten. */
export const ifMatch = (version: number) => ({ "if-match": `"${version}"` });

type ProblemFacts = Pick<Schemas["Problem"], "status" | "code" | "detail"> & {
  field?: string | null;
  kind?: string | null;
  facts?: Schemas["Problem"]["facts"];
  requestId?: string | null;
  retryAfterS?: number | null;
};

/** A refusal or failure of the API, or of the way to it (`code: "no_connection"`, status 0). */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable, snake_case; decide by this. */
  readonly code: string;
  /** One English sentence for a person. Show `problemText(error)` instead. */
  readonly detail: string;
  /** The part of the request that was wrong, as the API spells it. */
  readonly field: string | null;
  /** Which case of the code it is. */
  readonly kind: string | null;
  /** The numbers and names that it is about. */
  readonly facts: Schemas["Problem"]["facts"];
  readonly requestId: string | null;
  readonly retryAfterS: number | null;

  constructor(facts: ProblemFacts) {
    super(`${facts.code}: ${facts.detail}`);
    this.name = "ApiProblem";
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.field = facts.field ?? null;
    this.kind = facts.kind ?? null;
    this.facts = facts.facts ?? {};
    this.requestId = facts.requestId ?? null;
    this.retryAfterS = facts.retryAfterS ?? null;
  }
}

type Reply<T> = { data?: T; error?: unknown; response: Response };

/** The body of a good reply: `await unwrap(api.GET("/api/v1/session"))`. Throws `ApiProblem`. */
export async function unwrap<T>(call: Promise<Reply<T>>): Promise<T> {
  const reply = await call.catch((error: unknown) => {
    throw isAbort(error) ? error : noConnection();
  });
  if (reply.response.ok) return reply.data as T;
  throw problemOf(reply.response, reply.error);
}

const isAbort = (error: unknown) => error instanceof Error && error.name === "AbortError";

const noConnection = () =>
  new ApiProblem({ status: 0, code: "no_connection", detail: "AgentLab cannot be reached." });

function problemOf(response: Response, body: unknown): ApiProblem {
  const wait = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const retryAfterS = Number.isNaN(wait) ? null : wait;
  if (isProblem(body)) {
    return new ApiProblem({ ...body, requestId: body.request_id, retryAfterS });
  }
  // Not our shape: a proxy answered, usually because the API is away.
  return new ApiProblem({
    status: response.status,
    code: "unavailable",
    detail: `The server answered ${response.status}.`,
    requestId: response.headers.get("X-Request-ID"),
    retryAfterS,
  });
}

function isProblem(body: unknown): body is Schemas["Problem"] {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}
