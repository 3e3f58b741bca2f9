"use client";

import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useState } from "react";
import type { Project } from "@/api/projects";
import { projectQuery } from "@/api/projects";
import type { Crumb } from "@/components/breadcrumbs";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { LevelSkeleton } from "@/components/levels/level-skeleton";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import type { Place } from "./address";
import { usePlace } from "./address";
import type { Choices } from "./choices";
import { initialChoices, requestOf } from "./choices";
import { ChooseStep } from "./choose-step";
import { FolderStep } from "./folder-step";
import { FoundStep } from "./found-step";
import { ProgressStep } from "./progress-step";
import type { Inspection } from "./queries";
import { inspectionQuery, useStart } from "./queries";
import type { Step } from "./steps";
import { Steps } from "./steps";

/** A folder becomes a project, or that of a project that was made without one. */
export function ImportScreen() {
  const t = useTranslations("imports");
  const [{ projectId }] = usePlace();
  if (projectId)
    return (
      <QueryBoundary skeleton={<LevelSkeleton />}>
        <IntoProject projectId={projectId} />
      </QueryBoundary>
    );
  return (
    <Frame title={t("title")} crumbs={[{ label: t("title") }]}>
      <Wizard project={null} />
    </Frame>
  );
}

function IntoProject({ projectId }: { projectId: string }) {
  const t = useTranslations("imports");
  const [{ importId }] = usePlace();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const crumbs = [
    { label: project.client, href: paths.client(project.client_id) },
    { label: project.service, href: paths.service(project.service_id) },
    { label: project.name, href: paths.project(project.id) },
    { label: t("folder") },
  ];
  return (
    <Frame title={t("folderFor", { project: project.name })} crumbs={crumbs}>
      {project.workspace && !importId ? (
        <HasFolder project={project} />
      ) : (
        <Wizard project={project} />
      )}
    </Frame>
  );
}

function HasFolder({ project }: { project: Project }) {
  const t = useTranslations("imports");
  return (
    <Callout tone="info" title={t("hasFolder")}>
      <p className="mb-3">{t("hasFolderAbout")}</p>
      <Button asChild>
        <Link href={paths.project(project.id)} prefetch={false}>
          {t("openTheProject")}
        </Link>
      </Button>
    </Callout>
  );
}

type FrameProps = { title: string; crumbs: readonly Crumb[]; children: ReactNode };

function Frame({ title, crumbs, children }: FrameProps) {
  const allowed = useCanChange();
  return (
    <Page className="max-w-3xl">
      <PageTitle>{title}</PageTitle>
      <Breadcrumbs crumbs={crumbs} />
      <h1 className="mb-3 text-xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
      {allowed === true ? children : <Callout tone="info">{allowed}</Callout>}
    </Page>
  );
}

/** What was filled in is kept here, beside the folder it is about, whatever step is shown. */
type Kept = { about: string; choices: Choices };

const aboutOf = ({ path, candidate }: Place) => JSON.stringify([path, candidate]);

function Wizard({ project }: { project: Project | null }) {
  const [place, go] = usePlace();
  const inspection = useQuery(inspectionQuery(place.path, place.candidate));
  const [kept, setKept] = useState<Kept | null>(null);
  const here = { path: place.path, candidate: place.candidate };
  const start = useStart(place.projectId, (importId) => go({ ...here, importId }));
  const found = inspection.data;
  const step = stepOf(place, found);
  const choices =
    found && kept?.about === aboutOf(place)
      ? kept.choices
      : found && initialChoices(found, project);
  const retry =
    found && kept
      ? { isBusy: start.isPending, again: () => start.mutate(requestOf(kept.choices, found)) }
      : null;
  return (
    <>
      <Steps current={step} />
      {step === "folder" && (
        <FolderStep
          initialPath={place.path}
          isBusy={inspection.isFetching}
          error={inspection.error}
          onChoose={(path) => (path === place.path ? inspection.refetch() : go({ path }))}
        />
      )}
      {step === "found" && found && (
        <FoundStep
          found={found}
          candidate={place.candidate}
          onTake={(candidate) => go({ path: place.path, candidate })}
          onBack={() => go({})}
          onContinue={() => go({ ...here, isChoosing: true })}
        />
      )}
      {step === "choose" && found && choices && (
        <ChooseStep
          project={project}
          found={found}
          choices={choices}
          onChange={(next) => setKept({ about: aboutOf(place), choices: next })}
          onBack={() => go(here)}
          onStart={() => start.mutate(requestOf(choices, found))}
          isStarting={start.isPending}
          error={start.error}
        />
      )}
      {step === "progress" && (
        <ProgressStep
          key={place.importId}
          importId={place.importId}
          onChangeChoices={(path) =>
            go({ path, candidate: place.candidate, isChoosing: kept !== null })
          }
          retry={retry}
        />
      )}
    </>
  );
}

function stepOf(place: Place, found: Inspection | undefined): Step {
  if (place.importId) return "progress";
  if (!found) return "folder";
  const isUndecided = found.candidates.length > 1 && !place.candidate;
  return place.isChoosing && !found.project_id && !isUndecided ? "choose" : "found";
}
