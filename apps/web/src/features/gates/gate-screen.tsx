"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { QueryBoundary } from "@/components/query-boundary";
import { StageBadge } from "@/components/stage-badge";
import { paths } from "@/lib/paths";
import { useRouteId } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { isRenewal, isWaiting, newestOf } from "./can";
import { DecisionPanel } from "./decision-panel";
import { GateSkeleton } from "./gate-skeleton";
import { History } from "./history";
import type { Gate } from "./queries";
import { gateQuery } from "./queries";
import { StaleApproval } from "./staleness/stale-approval";
import { NothingSubmitted, StaleNotice } from "./submission-notices";
import { SubmissionTexts } from "./submission-texts";
import { WhatIsDecided } from "./what-is-decided";

export function GateScreen() {
  return (
    <QueryBoundary skeleton={<GateSkeleton />}>
      <Loaded />
    </QueryBoundary>
  );
}

function Loaded() {
  const { data: gate } = useSuspenseQuery(gateQuery(useRouteId()));
  return (
    <Page className="max-lg:pb-24">
      <Head gate={gate} />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 content-start gap-4">
          <WhatIsDecided gate={gate} />
          <Submitted gate={gate} />
        </div>
        <aside className="lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:self-start lg:overflow-y-auto">
          <DecisionPanel gate={gate} />
        </aside>
      </div>
      <History gate={gate} />
    </Page>
  );
}

function Head({ gate }: { gate: Gate }) {
  const t = useTranslations("gates");
  const { place, stage } = gate;
  const title = t("title", { stage: stage.title });
  const tab = isWaiting(gate.submissions[0]) ? t("titleWaiting", { stage: stage.title }) : title;
  return (
    <>
      <PageTitle>{`${tab} · ${place.project}`}</PageTitle>
      <Breadcrumbs
        crumbs={[
          { label: place.client, href: paths.client(place.client_id) },
          { label: place.service, href: paths.service(place.service_id) },
          { label: place.project, href: paths.project(place.project_id) },
          { label: title },
        ]}
      />
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {title} <StageBadge state={stage.state} cause={stage.skip_cause} />
          </span>
        }
        about={
          <Link
            href={`${paths.project(place.project_id)}?stage=${stage.position}`}
            prefetch={false}
            className="hover:underline"
          >
            {t("stageOfProject", { position: stage.position, project: place.project })}
          </Link>
        }
      />
    </>
  );
}

function Submitted({ gate }: { gate: Gate }) {
  const submission = newestOf(gate);
  if (!submission || submission.withdrawn_at) return <NothingSubmitted gate={gate} />;
  const isTorn = isWaiting(submission) && submission.changed.length > 0;
  return (
    <>
      {isTorn && !isRenewal(gate) && <StaleNotice gate={gate} submission={submission} />}
      {/* A renewal that is torn is made anew, as the first one was. */}
      {isRenewal(gate) && (
        <StaleApproval gate={gate} isBeingDecided={isWaiting(submission) && !isTorn} />
      )}
      <SubmissionTexts key={submission.id} gate={gate} submission={submission} />
    </>
  );
}
