"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { FolderKanban } from "lucide-react";
import Link from "next/link";
import type { Schemas } from "@/api/client";
import type { Service } from "@/api/levels";
import { projectsOfServiceQuery } from "@/api/levels";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { NewProjectButton } from "@/components/levels/new-buttons";
import { SectionCard } from "@/components/levels/section-card";
import { StatusBadge } from "@/components/levels/status-badge";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/skeleton";

export function ProjectList({ service }: { service: Service }) {
  const t = useTranslations("levels");
  const isArchived = service.archived_at || service.is_client_archived;
  return (
    <SectionCard
      title={t("projects")}
      actions={
        <NewProjectButton
          place={{ client: service.client, service: { id: service.id, name: service.name } }}
          refusal={isArchived ? t("archivedTakesNothing") : null}
        />
      }
    >
      <Projects serviceId={service.id} />
    </SectionCard>
  );
}

function Projects({ serviceId }: { serviceId: string }) {
  const t = useTranslations("levels");
  const projects = useInfiniteQuery(projectsOfServiceQuery(serviceId));
  if (projects.isPending) return <Skeleton className="m-4 h-24" />;
  if (!projects.data) return <ErrorState error={projects.error} onRetry={projects.refetch} />;
  const items = projects.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <EmptyState icon={FolderKanban} title={t("noProjects")}>
        {t("noProjectsAbout")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line">
        {items.map((project) => (
          <ProjectRow key={project.id} project={project} />
        ))}
      </ul>
      {projects.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button isBusy={projects.isFetchingNextPage} onClick={() => projects.fetchNextPage()}>
            {t("showMore")}
          </Button>
        </div>
      )}
    </>
  );
}

function ProjectRow({ project }: { project: Schemas["ListedProject"] }) {
  return (
    <li className="relative flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-sunken">
      <Link
        href={paths.project(project.id)}
        prefetch={false}
        className="min-w-0 font-medium wrap-anywhere after:absolute after:inset-0"
      >
        {project.name}
      </Link>
      <code className="font-mono text-xs text-muted">{project.key}</code>
      <StatusBadge status={project.status} />
      {project.stage && <span className="text-sm text-muted">{project.stage}</span>}
      <span className="ml-auto flex gap-3 text-sm text-muted">
        {project.owner && <span>{project.owner.name}</span>}
        <When at={project.changed_at} />
      </span>
    </li>
  );
}
