"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect } from "react";
import type { Project } from "@/api/projects";
import { projectOfKeyQuery, projectQuery } from "@/api/projects";
import { RecentActivity } from "@/components/activity/recent-activity";
import { ProjectTimes } from "@/components/analytics/project-times";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { ProjectContacts } from "@/components/contacts/contact-links";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { ContradictionsCard } from "@/components/work/contradictions-card";
import { WorkCard } from "@/components/work/work-card";
import { paths } from "@/lib/paths";
import { isId, useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { DocumentList } from "./document-list";
import { FactsCard } from "./facts-card";
import { MethodCard } from "./method-card";
import { NoFolder } from "./no-folder";
import { ProjectHeader } from "./project-header";
import { ProjectSkeleton } from "./project-skeleton";
import { ScanNotices } from "./scan-notices";
import { useFilesSay } from "./stage-evidence";
import { StagePanel } from "./stage-panel";
import { StageSteps } from "./stage-steps";
import { TemplateCard } from "./template-card";
import { TouchedApplications } from "./touched-applications";
import { useSelectedStage } from "./use-selected-stage";

export function ProjectScreen() {
  const address = useRouteId();
  return (
    <QueryBoundary skeleton={<ProjectSkeleton />}>
      {isId(address) ? <Loaded projectId={address} /> : <OfKey projectKey={address} />}
    </QueryBoundary>
  );
}

/** The address has the key: the page is at the id, where everything else looks for it. */
function OfKey({ projectKey }: { projectKey: string }) {
  const router = useRouter();
  const asked = useSearchParams().toString();
  const { data: project } = useSuspenseQuery(projectOfKeyQuery(projectKey));
  useEffect(() => {
    router.replace(`${paths.project(project.id)}${asked && `?${asked}`}`);
  }, [project.id, asked, router]);
  return <ProjectSkeleton />;
}

function Loaded({ projectId }: { projectId: string }) {
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  return (
    <Page>
      <Title project={project} />
      <Breadcrumbs
        crumbs={[
          { label: project.client, href: paths.client(project.client_id) },
          { label: project.service, href: paths.service(project.service_id) },
          { label: project.name },
        ]}
      />
      <ProjectHeader project={project} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        {project.archived_with && <Archived place={project.archived_with} />}
        {!project.workspace && <NoFolder projectId={project.id} />}
        {project.stages.length > 0 && <Stages project={project} />}
        {project.workspace && <ContradictionsCard projectId={project.id} />}
        {project.workspace && <WorkCard projectId={project.id} />}
        {project.workspace && <MethodCard project={project} />}
        {project.workflow && (
          <TemplateCard template={project.workflow.template} stages={project.stages} />
        )}
        <FactsCard projectId={project.id} />
        {project.workflow && (
          <ProjectTimes projectId={project.id} startedAt={project.workflow.started_at} />
        )}
        {project.workspace && <ScanNotices workspace={project.workspace} />}
        <RecentActivity projectId={project.id} />
        {project.workspace && <DocumentList project={project} />}
        <ProjectContacts
          projectId={project.id}
          client={{ id: project.client_id, name: project.client }}
        />
        <TouchedApplications
          projectId={project.id}
          client={{ id: project.client_id, name: project.client }}
        />
      </div>
    </Page>
  );
}

function Archived({ place }: { place: NonNullable<Project["archived_with"]> }) {
  const t = useTranslations("levels");
  return (
    <Callout tone="info" title={t(`isArchived.${place}OfProject`)}>
      {t("isArchivedAbout")}
    </Callout>
  );
}

function Title({ project }: { project: Project }) {
  const t = useTranslations("projects");
  const isWaiting = project.stages.some(({ state }) => state === "submitted");
  return (
    <PageTitle>{isWaiting ? t("titleWaiting", { project: project.name }) : project.name}</PageTitle>
  );
}

function Stages({ project }: { project: Project }) {
  const t = useTranslations("projects");
  const { selected, select } = useSelectedStage(project.stages);
  const filesSay = useFilesSay(project.id);
  return (
    <section aria-label={t("stages")} className="grid gap-3">
      {project.workflow?.completed_at && (
        <Callout tone="success" title={t("completed")}>
          {t("completedAbout")}
        </Callout>
      )}
      <StageSteps
        stages={project.stages}
        saysOtherwise={(stageId) => filesSay(stageId).disagreements.length > 0}
        selected={selected}
        onSelect={select}
      >
        {project.stages.map((stage) => (
          <StagePanel
            key={stage.id}
            stage={stage}
            stages={project.stages}
            files={filesSay(stage.id)}
          />
        ))}
      </StageSteps>
    </section>
  );
}
