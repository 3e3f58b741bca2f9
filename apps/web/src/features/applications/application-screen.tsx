"use client";

import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { ExternalLink, Link2, Pencil, Trash2, Unlink } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Application } from "@/api/catalogue";
import { applicationQuery, catalogueChanged } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { useChangedToast } from "@/components/edit-conflict/changed-meanwhile";
import { useGuardedAction } from "@/components/edit-conflict/use-guarded-action";
import { DeleteDialog } from "@/components/levels/delete-dialog";
import { useLookAgain, useSights } from "@/components/levels/sights";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { QueryBoundary } from "@/components/query-boundary";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { IconButton } from "@/ui/icon-button";
import { Skeleton } from "@/ui/skeleton";
import { showToast } from "@/ui/toast-store";
import { EditApplicationDialog } from "./application-dialog";
import { LinkProjectDialog } from "./link-project-dialog";

export function ApplicationScreen() {
  return (
    <QueryBoundary
      skeleton={
        <Page>
          <Skeleton className="h-8 w-64" />
          <Skeleton className="mt-6 h-48" />
        </Page>
      }
    >
      <Loaded />
    </QueryBoundary>
  );
}

type Asked = "edit" | "link" | "delete";

function Loaded() {
  const t = useTranslations("applications");
  const router = useRouter();
  const allowed = useCanChange();
  const { data: application } = useSuspenseQuery(applicationQuery(useRouteId()));
  const sights = useSights();
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  return (
    <Page>
      <PageTitle>{application.name}</PageTitle>
      <Breadcrumbs
        crumbs={[{ label: t("title"), href: paths.applications() }, { label: application.name }]}
      />
      <PageHeader
        title={<bdi>{application.name}</bdi>}
        about={<bdi>{application.client.name}</bdi>}
        actions={
          <>
            <GatedButton allowed={allowed} onClick={() => setAsked("edit")}>
              <Pencil aria-hidden />
              {t("edit")}
            </GatedButton>
            <GatedButton allowed={allowed} onClick={() => setAsked("delete")}>
              <Trash2 aria-hidden />
              {t("delete")}
            </GatedButton>
          </>
        }
      />
      <div className="grid gap-6">
        <About application={application} />
        <Card>
          <section aria-labelledby="projects">
            <div className="flex flex-wrap items-center justify-between gap-3 p-3 pl-4">
              <h2 id="projects" className="font-semibold">
                {t("projects")}{" "}
                <span className="font-normal text-muted tabular-nums">
                  {application.projects_total}
                </span>
              </h2>
              <GatedButton size="sm" allowed={allowed} onClick={() => setAsked("link")}>
                <Link2 aria-hidden />
                {t("link")}
              </GatedButton>
            </div>
            {application.projects.length === 0 && (
              <p className="border-t border-line px-4 py-3 text-sm text-muted">
                {t("noProjectAbout")}
              </p>
            )}
            <ul>
              {application.projects.map((project) => (
                <TouchingProject key={project.id} application={application} project={project} />
              ))}
            </ul>
            {application.projects_total > application.projects.length && (
              <p className="border-t border-line px-4 py-3 text-sm">
                <Link href={paths.touching(application.id)}>
                  {t("allProjects", { count: application.projects_total })}
                </Link>
              </p>
            )}
          </section>
        </Card>
      </div>
      {asked === "edit" && <EditApplicationDialog application={application} onClose={close} />}
      {asked === "link" && <LinkProjectDialog application={application} onClose={close} />}
      {asked === "delete" && (
        <DeleteDialog
          kind="application"
          id={application.id}
          name={application.name}
          seen={sights.application(application)}
          onDeleted={() => router.replace(paths.applications())}
          onClose={close}
        />
      )}
    </Page>
  );
}

function About({ application: { url, description } }: { application: Application }) {
  if (!url && !description) return null;
  return (
    <div className="grid gap-2 text-sm">
      {url && (
        <a
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          className="inline-flex items-center gap-1.5 justify-self-start text-accent-text wrap-anywhere hover:underline"
        >
          <ExternalLink aria-hidden className="size-4 shrink-0" />
          {url}
        </a>
      )}
      {description && (
        <p className="max-w-prose whitespace-pre-line wrap-anywhere">
          <bdi>{description}</bdi>
        </p>
      )}
    </div>
  );
}

type ProjectProps = { application: Application; project: Schemas["TouchingProject"] };

function TouchingProject({ application, project }: ProjectProps) {
  const t = useTranslations("applications");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const canChange = useCanChange() === true;
  const path = { application_id: application.id, project_id: project.id };
  const unlinking = useGuardedAction({
    seen: useSights().application(application),
    lookAgain: useLookAgain("application", application.id),
    act: (_: undefined, version) =>
      unwrap(
        api.DELETE("/api/v1/applications/{application_id}/projects/{project_id}", {
          params: { path },
          headers: ifMatch(version),
        }),
      ),
    onRefused: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onChanged: useChangedToast(),
    onSettled: () => catalogueChanged(queries),
  });
  return (
    <li className="flex items-center gap-3 border-t border-line px-4 py-2">
      <Link
        href={paths.project(project.id)}
        prefetch={false}
        className="min-w-0 flex-1 truncate text-sm font-medium hover:underline"
      >
        <bdi>{project.name}</bdi>
      </Link>
      <Badge tone={project.relation === "builds" ? "accent" : "neutral"}>
        {t(`relation.${project.relation}`)}
      </Badge>
      {canChange && (
        <IconButton
          size="sm"
          label={t("unlink", { name: project.name })}
          isBusy={unlinking.isBusy}
          onClick={() => unlinking.run(undefined)}
        >
          <Unlink aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
