"use client";

import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useAccount } from "@/api/session";
import { EmptyState } from "@/components/empty-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Checkbox } from "@/ui/checkbox";
import { Skeleton } from "@/ui/skeleton";
import { CreateDialog } from "./create-dialog";
import { MadeDialog } from "./made-dialog";
import type { TokenMade } from "./queries";
import { tokensQuery } from "./queries";
import { TokenRow } from "./token-row";

/** What agents and programs reach AgentLab with. */
export function TokensScreen() {
  const t = useTranslations("tokens");
  const { role } = useAccount();
  const [isEverybody, setIsEverybody] = useState(false);
  const [isCreating, setIsCreating] = useState(false);
  const [made, setMade] = useState<TokenMade | null>(null);
  const create = () => setIsCreating(true);
  return (
    <Page className="max-w-4xl">
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <Button variant="primary" onClick={create}>
            <Plus aria-hidden />
            {t("create")}
          </Button>
        }
      />
      {role === "administrator" && (
        <Checkbox
          className="mb-4"
          label={t("everybody")}
          checked={isEverybody}
          onCheckedChange={setIsEverybody}
        />
      )}
      <Card>
        <QueryBoundary key={String(isEverybody)} skeleton={<ListSkeleton />}>
          <TokenList isEverybody={isEverybody} onCreate={create} />
        </QueryBoundary>
      </Card>
      {isCreating && (
        <CreateDialog
          onMade={(token) => {
            setIsCreating(false);
            setMade(token);
          }}
          onClose={() => setIsCreating(false)}
        />
      )}
      {made && <MadeDialog token={made} onClose={() => setMade(null)} />}
    </Page>
  );
}

type ListProps = { isEverybody: boolean; onCreate: () => void };

function TokenList({ isEverybody, onCreate }: ListProps) {
  const t = useTranslations("tokens");
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useSuspenseInfiniteQuery(
    tokensQuery(isEverybody),
  );
  const tokens = data.pages.flatMap(({ items }) => items);
  if (tokens.length === 0) {
    return (
      <EmptyState
        icon={KeyRound}
        title={t("empty")}
        actions={<Button onClick={onCreate}>{t("create")}</Button>}
      >
        {t("emptyAbout")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul aria-label={t("title")} className="divide-y divide-line">
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} hasOwner={isEverybody} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}

function ListSkeleton() {
  return (
    <div className="grid gap-3 p-4">
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} className="h-14" />
      ))}
    </div>
  );
}
