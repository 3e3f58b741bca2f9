"use client";

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { Table } from "@/ui/table";
import { EmptyState } from "./empty-state";
import { ListFailure } from "./list-failure";

type Props<Item> = {
  pages: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  /** The words of the list: `none` and `noneAbout` when there is nothing, `noMatch` when filtered. */
  words: Record<"title" | "none" | "noneAbout" | "noMatch" | "more", string>;
  icon: LucideIcon;
  isFiltered: boolean;
  /** The cells of the heading. */
  head: ReactNode;
  row: (item: Item) => ReactNode;
};

/** A list that the server gives page after page, with what is said when it is empty or fails. */
export function PagedTable<Item>({ pages, words, icon, isFiltered, head, row }: Props<Item>) {
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card>
      {pages.isError && <ListFailure error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton className="m-4 h-40" />}
      {items.length > 0 && (
        <Table caption={words.title}>
          <thead>
            <tr>{head}</tr>
          </thead>
          <tbody>{items.map(row)}</tbody>
        </Table>
      )}
      {pages.isSuccess && items.length === 0 && (
        <EmptyState
          icon={isFiltered ? SearchX : icon}
          title={isFiltered ? words.noMatch : words.none}
        >
          {!isFiltered && words.noneAbout}
        </EmptyState>
      )}
      {pages.hasNextPage && (
        <div className="grid justify-center p-3">
          <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {words.more}
          </Button>
        </div>
      )}
    </Card>
  );
}
