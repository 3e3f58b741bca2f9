import type { QueryClient } from "@tanstack/react-query";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import type { Schemas } from "./client";
import { api, unwrap } from "./client";

export type Inbox = Schemas["InboxOut"];
export type Item = Schemas["ItemOut"];
export type ItemKind = Schemas["ItemKind"];

export type InboxFilters = { kind?: ItemKind[]; client_id?: string[]; snoozed?: boolean };

/** What waits for one, the most costly delay first, page after page. */
export const inboxQuery = (filters: InboxFilters) =>
  infiniteQueryOptions({
    queryKey: ["inbox", "list", filters],
    initialPageParam: "",
    getNextPageParam: ({ page }: Inbox) => page.next,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/inbox", {
          params: { query: { ...filters, after: pageParam || undefined } },
          signal,
        }),
      ),
  });

/** How much waits, for the badge. */
export const inboxTotalsQuery = queryOptions({
  queryKey: ["inbox", "totals"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/inbox/totals", { signal })),
});

export const inboxMoved = (client: QueryClient) =>
  client.invalidateQueries({ queryKey: ["inbox"] });

const placeOf = ({ kind, id }: Item) => ({ params: { path: { kind, item_id: id } } });

/** Puts an item off, or has it back. */
export function useSnoozing() {
  const client = useQueryClient();
  const onSettled = () => inboxMoved(client);
  const snooze = useMutation({
    mutationFn: ({ item, ...body }: Schemas["SnoozeIn"] & { item: Item }) =>
      unwrap(api.PUT("/api/v1/inbox/{kind}/{item_id}/snooze", { ...placeOf(item), body })),
    onSettled,
  });
  const unsnooze = useMutation({
    mutationFn: (item: Item) =>
      unwrap(api.DELETE("/api/v1/inbox/{kind}/{item_id}/snooze", placeOf(item))),
    onSettled,
  });
  return { snooze, unsnooze };
}

/** Says that one has read a version to its end. Nobody else learns of it. */
export const noteReading = (documentId: string, version: number) =>
  unwrap(
    api.PUT("/api/v1/documents/{document_id}/versions/{number}/reading", {
      params: { path: { document_id: documentId, number: version } },
    }),
  );

/** Whether the inbox can come by e-mail, and what became of the last one. */
export const digestQuery = queryOptions({
  queryKey: ["inbox", "digest"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/inbox/digest", { signal })),
});

/** Sends oneself the digest of this moment. */
export const sendTestDigest = () => unwrap(api.POST("/api/v1/inbox/digest/test"));
