"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { clientQuery } from "@/api/levels";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { LevelSkeleton } from "@/components/levels/level-skeleton";
import { SectionCard } from "@/components/levels/section-card";
import { TransitionList } from "@/components/levels/transition-list";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { ClientHeader } from "./client-header";
import { ServiceList } from "./service-list";

export function ClientScreen() {
  return (
    <QueryBoundary skeleton={<LevelSkeleton />}>
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const t = useTranslations("levels");
  const { data: client } = useSuspenseQuery(clientQuery(useRouteId()));
  return (
    <Page>
      <PageTitle>{client.name}</PageTitle>
      <Breadcrumbs crumbs={[{ label: client.name }]} />
      <ClientHeader client={client} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {client.archived_at && (
          <Callout tone="info" title={t("isArchived.client")}>
            {t("isArchivedAbout")}
          </Callout>
        )}
        <ServiceList client={client} />
        <SectionCard title={t("history")}>
          <div className="p-4">
            <TransitionList level="client" id={client.id} />
          </div>
        </SectionCard>
      </div>
    </Page>
  );
}
