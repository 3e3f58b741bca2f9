"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { serviceQuery } from "@/api/levels";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { ServiceContacts } from "@/components/contacts/contact-links";
import { LevelSkeleton } from "@/components/levels/level-skeleton";
import { SectionCard } from "@/components/levels/section-card";
import { TransitionList } from "@/components/levels/transition-list";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { ProjectList } from "./project-list";
import { ServiceHeader } from "./service-header";

export function ServiceScreen() {
  return (
    <QueryBoundary skeleton={<LevelSkeleton />}>
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const t = useTranslations("levels");
  const { data: service } = useSuspenseQuery(serviceQuery(useRouteId()));
  return (
    <Page>
      <PageTitle>{`${service.name} · ${service.client.name}`}</PageTitle>
      <Breadcrumbs
        crumbs={[
          { label: service.client.name, href: paths.client(service.client.id) },
          { label: service.name },
        ]}
      />
      <ServiceHeader service={service} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {(service.archived_at || service.is_client_archived) && (
          <Callout
            tone="info"
            title={t(service.archived_at ? "isArchived.service" : "isArchived.clientOfService")}
          >
            {t("isArchivedAbout")}
          </Callout>
        )}
        <ProjectList service={service} />
        <ServiceContacts serviceId={service.id} client={service.client} />
        <SectionCard title={t("history")}>
          <div className="p-4">
            <TransitionList level="service" id={service.id} />
          </div>
        </SectionCard>
      </div>
    </Page>
  );
}
