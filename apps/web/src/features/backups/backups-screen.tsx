"use client";

import { DatabaseBackup } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import { BackupTable } from "./backup-table";
import { Facts } from "./facts";
import { HistoryCard } from "./history-card";
import type { Backup, Backups } from "./queries";
import { RestoreDialog, RestoreOnServer } from "./restore-dialog";
import { RestoreState } from "./restore-state";
import { useBackups } from "./use-backups";
import { useRestore } from "./use-restore";
import { Warnings } from "./warnings";

/** The backups for administrators: how they are, how far one is, and asking for another. */
export function BackupsScreen() {
  const t = useTranslations("backups");
  const { query, isBusy, failure, backUp, prove } = useBackups();
  const { state: restores, isRunning: isRestoring, starting } = useRestore();
  const [chosen, setChosen] = useState<Backup | null>(null);
  const problemText = useProblemText();
  const choose = (backup: Backup) => {
    starting.reset();
    setChosen(backup);
  };
  const close = () => setChosen(null);
  const mayProve = isRestoring ? t("restore.busy") : isBusy ? t("busy") : true;
  const now = (
    <Button variant="primary" isBusy={mayProve !== true} onClick={backUp}>
      {t("backUp")}
    </Button>
  );
  const { data } = query;
  return (
    <Page>
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader title={t("title")} about={<About backups={data} />} actions={now} />
      {failure && (
        <Callout tone="danger" className="mb-5">
          {problemText(failure)}
        </Callout>
      )}
      {query.isError && !data && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.isPending && <Skeleton className="h-64" />}
      {data && (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <RestoreState restores={restores} />
          {data.running && !isRestoring && <Running running={data.running} />}
          <Warnings backups={data} />
          {data.backups.length > 0 && <Facts backups={data} />}
          <HistoryCard backups={data.backups} />
          <Card>
            {data.backups.length === 0 ? (
              <EmptyState icon={DatabaseBackup} title={t("none")}>
                {t("noneAbout")}
              </EmptyState>
            ) : (
              <BackupTable
                backups={data.backups}
                mayProve={mayProve}
                mayRestore={restores ? mayProve : t("restore.unknown")}
                onProve={prove}
                onRestore={choose}
              />
            )}
          </Card>
        </div>
      )}
      {chosen && restores?.restores_here && (
        <RestoreDialog backup={chosen} state={restores} starting={starting} onClose={close} />
      )}
      {chosen && restores?.restores_here === false && (
        <RestoreOnServer backup={chosen} onClose={close} />
      )}
    </Page>
  );
}

function About({ backups }: { backups: Backups | undefined }) {
  const t = useTranslations("backups");
  return (
    <p>
      {t("about")}{" "}
      {backups?.next_at && (
        <>
          {t("next")} <When at={backups.next_at} />.
        </>
      )}
      {backups && !backups.next_at && t("off")}
    </p>
  );
}

function Running({ running }: { running: NonNullable<Backups["running"]> }) {
  const t = useTranslations("backups");
  const language = useLanguage();
  const { step, done_bytes: done, total_bytes: total } = running;
  const label = t(`steps.${step}`);
  return (
    <Card className="grid gap-2 p-4">
      <div className="flex flex-wrap justify-between gap-x-4 text-sm">
        <p role="status" className="font-medium">
          {label}
        </p>
        <p className="text-muted tabular-nums">{done > 0 && fileSize(done, language)}</p>
      </div>
      <Progress label={label} done={total ? done : null} total={total ?? 0} />
    </Card>
  );
}
