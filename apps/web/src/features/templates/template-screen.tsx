"use client";

import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { CircleCheck, Download } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { Template } from "@/api/templates";
import { templateQuery, templateSourceAddress, templateSourceQuery } from "@/api/templates";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Digest } from "@/components/digest";
import { SourceView } from "@/components/document/source-view";
import { EmptyState } from "@/components/empty-state";
import { Diagram } from "@/components/markdown/diagram";
import { Notices } from "@/components/notices";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { When } from "@/components/when";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { TabPanel, Tabs } from "@/ui/tabs";
import { StageList } from "./stage-list";
import { TemplateActions } from "./template-actions";
import { Versions } from "./versions";

export function TemplateScreen() {
  return (
    <QueryBoundary
      skeleton={
        <Page>
          <Skeleton className="h-8 w-64" />
          <Skeleton className="mt-6 h-64" />
        </Page>
      }
    >
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const t = useTranslations("templates");
  const { data: template } = useSuspenseQuery(templateQuery(useRouteId()));
  const version = template.versions.find(({ id }) => id === template.id);
  return (
    <Page>
      <PageTitle>{template.name}</PageTitle>
      <Breadcrumbs
        crumbs={[{ label: t("title"), href: paths.templates() }, { label: template.name }]}
      />
      <PageHeader
        title={<bdi>{template.name}</bdi>}
        about={
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {template.is_own ? (
              <Badge tone="accent">{t("own")}</Badge>
            ) : (
              <span>{methodName(template.method, template.generation)}</span>
            )}
            <code className="font-mono text-xs wrap-anywhere">{template.key}</code>
            {version && <span>{t("version", { number: version.number })}</span>}
            <When at={template.imported_at} />
            <Digest sha256={template.sha256} canCopy />
            {template.archived_at && <Badge>{t("archived")}</Badge>}
          </p>
        }
        actions={<TemplateActions template={template} />}
      />
      {template.description && (
        <p className="mb-5 max-w-prose text-sm whitespace-pre-line">
          <bdi>{template.description}</bdi>
        </p>
      )}
      <Parts template={template} />
    </Page>
  );
}

function Parts({ template }: { template: Template }) {
  const t = useTranslations("templates");
  const [tab, setTab] = useState("stages");
  return (
    <Tabs
      label={template.name}
      value={tab}
      onValueChange={setTab}
      tabs={[
        { value: "stages", label: counted(t("stages"), template.stages.length) },
        { value: "report", label: counted(t("report"), template.notices_total) },
        { value: "versions", label: counted(t("versions"), template.versions.length) },
        { value: "projects", label: counted(t("projects"), template.uses.length) },
        { value: "source", label: t("source") },
      ]}
    >
      <TabPanel value="stages" className="grid gap-4">
        <StageList stages={template.stages} />
        {template.flow_diagram && (
          <Card className="overflow-hidden p-4">
            <div className="markdown max-w-none!">
              <Diagram source={template.flow_diagram} />
            </div>
          </Card>
        )}
      </TabPanel>
      <TabPanel value="report">
        <Report template={template} />
      </TabPanel>
      <TabPanel value="versions">
        <Versions template={template} />
      </TabPanel>
      <TabPanel value="projects">
        <Uses template={template} />
      </TabPanel>
      <TabPanel value="source">
        <Source template={template} />
      </TabPanel>
    </Tabs>
  );
}

const counted = (label: string, count: number) => (
  <>
    {label} <span className="text-faint tabular-nums">{count}</span>
  </>
);

type Props = { template: Template };

function Report({ template }: Props) {
  const t = useTranslations("templates");
  const left = template.notices_total - template.notices.length;
  if (template.notices.length === 0) {
    return (
      <Card>
        <EmptyState icon={CircleCheck} title={t("nothingOdd")}>
          {t("nothingOddAbout")}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card className="grid gap-3 p-4">
      <p className="max-w-prose text-sm text-muted">{t("reportAbout")}</p>
      <Notices notices={template.notices} />
      {left > 0 && <p className="text-sm text-muted">{t("andMore", { count: left })}</p>}
    </Card>
  );
}

function Uses({ template }: Props) {
  const t = useTranslations("templates");
  if (template.uses.length === 0) {
    return <p className="text-sm text-muted">{t("noProject")}</p>;
  }
  return (
    <Card>
      <ul className="divide-y divide-line">
        {template.uses.map((use) => (
          <li
            key={use.project_id}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2"
          >
            <Link
              href={paths.project(use.project_id)}
              prefetch={false}
              className="text-sm font-medium hover:underline"
            >
              <bdi>{use.name}</bdi>
            </Link>
            <bdi className="text-sm text-muted">{use.client}</bdi>
            <Badge
              tone={use.template_id === template.id ? "accent" : "neutral"}
              className="ml-auto"
            >
              {t("version", { number: use.version })}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Source({ template }: Props) {
  const t = useTranslations("templates");
  const { data } = useQuery(templateSourceQuery(template.id));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button asChild size="sm">
          <a href={templateSourceAddress(template.id)} download>
            <Download aria-hidden />
            {t("download")}
          </a>
        </Button>
        <code className="font-mono text-xs text-muted wrap-anywhere">{template.source_path}</code>
      </div>
      {data === undefined ? (
        <Skeleton className="h-64" />
      ) : (
        <Card className="overflow-hidden p-3">
          <SourceView text={data} label={t("source")} />
        </Card>
      )}
    </div>
  );
}
