"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Lock, SearchX, UserPlus, UsersRound } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useAccount } from "@/api/session";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { InviteDialog } from "./invite-dialog";
import { PeopleFilters } from "./people-filters";
import { PeopleSkeleton } from "./people-skeleton";
import { PeopleTable } from "./people-table";
import type { Filters } from "./queries";
import { usersQuery } from "./queries";

const everybody: Filters = { search: "", role: null, state: null };

export function PeopleScreen() {
  const t = useTranslations("people");
  const { role } = useAccount();
  return (
    <>
      <PageTitle>{t("title")}</PageTitle>
      {role === "administrator" ? <People /> : <NotForYou />}
    </>
  );
}

function NotForYou() {
  const t = useTranslations("people");
  return (
    <Page>
      <EmptyState icon={Lock} title={t("notForYou")}>
        {t("notForYouAbout")}
      </EmptyState>
    </Page>
  );
}

function People() {
  const t = useTranslations("people");
  const [filters, setFilters] = useState(everybody);
  const [isInviting, setIsInviting] = useState(false);
  const asked = useDeferredValue(filters);
  const users = useInfiniteQuery({
    ...usersQuery(asked),
    placeholderData: (before) => before,
  });
  const shown = users.data?.pages.flatMap(({ items }) => items) ?? [];
  const isFiltered = filters !== everybody;
  const invite = (
    <Button variant="primary" onClick={() => setIsInviting(true)}>
      <UserPlus aria-hidden />
      {t("invite")}
    </Button>
  );
  return (
    <Page>
      <PageHeader title={t("title")} about={t("about")} actions={invite} />
      <PeopleFilters filters={filters} onChange={setFilters} />
      {users.isPending && <PeopleSkeleton />}
      {users.isError && <ErrorState error={users.error} onRetry={() => users.refetch()} />}
      {users.isSuccess && (
        <Card>
          {shown.length > 0 && <PeopleTable users={shown} />}
          {shown.length === 0 && (
            <EmptyState
              icon={SearchX}
              title={t("noMatch")}
              actions={
                isFiltered && (
                  <Button onClick={() => setFilters(everybody)}>{t("clearFilters")}</Button>
                )
              }
            />
          )}
          {users.hasNextPage && (
            <div className="flex justify-center p-3">
              <Button isBusy={users.isFetchingNextPage} onClick={() => users.fetchNextPage()}>
                {t("more")}
              </Button>
            </div>
          )}
        </Card>
      )}
      {users.isSuccess && !isFiltered && shown.length === 1 && (
        <EmptyState icon={UsersRound} title={t("onlyYou")} actions={invite}>
          {t("onlyYouAbout")}
        </EmptyState>
      )}
      {isInviting && <InviteDialog onClose={() => setIsInviting(false)} />}
    </Page>
  );
}
