"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import Link from "next/link";
import type { Client, Service } from "@/api/levels";
import { servicesQuery } from "@/api/levels";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { NewServiceButton } from "@/components/levels/new-buttons";
import { ReferenceBadge } from "@/components/levels/reference-badge";
import { SectionCard } from "@/components/levels/section-card";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/skeleton";

export function ServiceList({ client }: { client: Client }) {
  const t = useTranslations("levels");
  const refusal = client.archived_at ? t("archivedTakesNothing") : null;
  return (
    <SectionCard
      title={t("services")}
      actions={<NewServiceButton client={{ id: client.id, name: client.name }} refusal={refusal} />}
    >
      <Services clientId={client.id} />
    </SectionCard>
  );
}

function Services({ clientId }: { clientId: string }) {
  const t = useTranslations("levels");
  const services = useInfiniteQuery(servicesQuery(clientId));
  if (services.isPending) return <Skeleton className="m-4 h-24" />;
  if (!services.data) return <ErrorState error={services.error} onRetry={services.refetch} />;
  const items = services.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <EmptyState icon={Layers} title={t("noServices")}>
        {t("noServicesAbout")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line">
        {items.map((service) => (
          <ServiceRow key={service.id} service={service} />
        ))}
      </ul>
      {services.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button isBusy={services.isFetchingNextPage} onClick={() => services.fetchNextPage()}>
            {t("showMore")}
          </Button>
        </div>
      )}
    </>
  );
}

function ServiceRow({ service }: { service: Service }) {
  const t = useTranslations("levels");
  return (
    <li className="relative flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-sunken">
      <Link
        href={paths.service(service.id)}
        prefetch={false}
        className="min-w-0 font-medium wrap-anywhere after:absolute after:inset-0"
      >
        {service.name}
      </Link>
      {service.archived_at && <Badge>{t("statuses.archived")}</Badge>}
      {service.categories.map((category) => (
        <ReferenceBadge key={category.id} label={category} />
      ))}
      <span className="ml-auto text-sm text-muted tabular-nums">
        {t("counts.projects", { count: service.projects_total })}
      </span>
    </li>
  );
}
