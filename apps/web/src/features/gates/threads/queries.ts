import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import type { Read } from "@/components/edit-conflict/use-guarded-save";

export type Thread = Schemas["ThreadOut"];
export type Comment = Schemas["CommentOut"];

const AT_ONCE = 200;
/** So many pages are read at most; nobody reads a thousand requests on one page. */
const MOST_PAGES = 5;

/** The requests for changes at a gate, oldest first. */
export const threadsQuery = (gateId: string) =>
  queryOptions({
    queryKey: ["gates", gateId, "threads"],
    queryFn: async ({ signal }): Promise<Thread[]> => {
      const found: Thread[] = [];
      let after: string | undefined;
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const page = await unwrap(
          api.GET("/api/v1/gates/{gate_id}/threads", {
            params: { path: { gate_id: gateId }, query: { limit: AT_ONCE, after } },
            signal,
          }),
        );
        found.push(...page.items);
        if (page.next === null) break;
        after = page.next;
      }
      return found;
    },
  });

/** After any of them the threads of the gate are read again, also after a refusal. */
function useOfGate<Given>(gateId: string, send: (given: Given) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () => client.invalidateQueries({ queryKey: threadsQuery(gateId).queryKey }),
  });
}

export type Request = Schemas["ThreadIn"];

export const useOpenThread = (gateId: string, submissionId: string) =>
  useOfGate(gateId, (body: Request) =>
    unwrap(
      api.POST("/api/v1/submissions/{submission_id}/threads", {
        params: { path: { submission_id: submissionId } },
        body,
      }),
    ),
  );

export const useAnswer = (gateId: string, threadId: string) =>
  useOfGate(gateId, (text: string) =>
    unwrap(
      api.POST("/api/v1/threads/{thread_id}/comments", {
        params: { path: { thread_id: threadId } },
        body: { text },
      }),
    ),
  );

export const readOf = ({ text, version }: Comment): Read<{ text: string }> => ({
  values: { text },
  version,
  by: null, // only who wrote it edits it
});

/** For `useGuardedSave`: how a comment is read again and written. */
export function useCommentEditing(gateId: string, comment: Comment) {
  const client = useQueryClient();
  return {
    readAgain: async () => {
      const threads = await client.fetchQuery({ ...threadsQuery(gateId), staleTime: 0 });
      const now = threads.flatMap(({ comments }) => comments).find(({ id }) => id === comment.id);
      return readOf(now ?? comment);
    },
    write: ({ text = comment.text }: { text?: string }, version: number) =>
      unwrap(
        api.PATCH("/api/v1/comments/{thread_comment_id}", {
          params: { path: { thread_comment_id: comment.id }, header: ifMatch(version) },
          body: { text },
        }),
      ).finally(() => client.invalidateQueries({ queryKey: threadsQuery(gateId).queryKey })),
  };
}

export const useMove = (gateId: string, threadId: string) =>
  useOfGate(gateId, (isResolved: boolean) =>
    unwrap(
      api.POST(
        isResolved
          ? "/api/v1/threads/{thread_id}/resolution"
          : "/api/v1/threads/{thread_id}/reopening",
        { params: { path: { thread_id: threadId } } },
      ),
    ),
  );
