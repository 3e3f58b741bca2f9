"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { Project } from "@/api/projects";
import { projectQuery } from "@/api/projects";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { Callout } from "@/ui/callout";
import { DocumentList } from "./document-list";
import { FactsCard } from "./facts-card";
import { Notices } from "./notices";
import { ProjectHeader } from "./project-header";
import { ProjectSkeleton } from "./project-skeleton";
import { StagePanel } from "./stage-panel";
import { StageSteps } from "./stage-steps";
import { TemplateCard } from "./template-card";
import { useSelectedStage } from "./use-selected-stage";

export function ProjectScreen() {
  return (
    <QueryBoundary skeleton={<ProjectSkeleton />}>
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const { data: project } = useSuspenseQuery(projectQuery(useRouteId()));
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
        {project.stages.length > 0 && <Stages project={project} />}
        {project.workflow && <TemplateCard template={project.workflow.template} />}
        <FactsCard projectId={project.id} />
        {project.workspace && <Notices workspace={project.workspace} />}
        <DocumentList project={project} />
      </div>
    </Page>
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
  return (
    <section aria-label={t("stages")} className="grid gap-3">
      {project.workflow?.completed_at && (
        <Callout tone="success" title={t("completed")}>
          {t("completedAbout")}
        </Callout>
      )}
      <StageSteps stages={project.stages} selected={selected} onSelect={select}>
        {project.stages.map((stage) => (
          <StagePanel key={stage.id} stage={stage} stages={project.stages} />
        ))}
      </StageSteps>
    </section>
  );
}
