"use client";

import { Download, Sheet } from "lucide-react";
import { useState } from "react";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useProblemText } from "@/components/problem-text";
import { useCanChange } from "@/components/use-can-change";
import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { FileDrop } from "./file-drop";
import { ImportResult } from "./import-result";
import { ReportView } from "./report-view";
import { largest, templateAddress, useImport, useInspection } from "./sending";

/** From a CSV file to clients, services and projects: first what it would do, then all or nothing. */
export function SpreadsheetScreen() {
  const t = useTranslations("spreadsheets");
  const language = useLanguage();
  const allowed = useCanChange();
  return (
    <Page className="max-w-5xl">
      <PageTitle>{t("title")}</PageTitle>
      <Breadcrumbs crumbs={[{ label: t("title") }]} />
      <PageHeader
        title={t("title")}
        about={t("about")}
        actions={
          <Button asChild>
            <a href={templateAddress(language)} download>
              <Download aria-hidden />
              {t("template")}
            </a>
          </Button>
        }
      />
      {allowed === true ? <Steps /> : <Callout tone="info">{allowed}</Callout>}
    </Page>
  );
}

function Steps() {
  const t = useTranslations("spreadsheets");
  const problemText = useProblemText();
  const [file, setFile] = useState<File | null>(null);
  const [isTooLarge, setIsTooLarge] = useState(false);
  const inspection = useInspection();
  const importing = useImport();
  const isBusy = inspection.isPending || importing.isPending;

  const take = (chosen: File) => {
    importing.reset();
    inspection.reset();
    setIsTooLarge(chosen.size > largest);
    setFile(chosen);
    if (chosen.size <= largest) inspection.mutate(chosen);
  };

  if (importing.isSuccess) {
    return (
      <ImportResult
        result={importing.data}
        onAgain={() => {
          setFile(null);
          importing.reset();
          inspection.reset();
        }}
      />
    );
  }
  const error = importing.error ?? inspection.error;
  return (
    <div className="grid gap-5">
      <FileDrop
        file={file}
        isBusy={isBusy}
        onFile={take}
        onAgain={file ? () => take(file) : undefined}
      />
      {isTooLarge && <Callout tone="danger">{t("tooLarge")}</Callout>}
      {error && <Callout tone="danger">{problemText(error)}</Callout>}
      {isBusy && (
        <div role="status" className="grid gap-2 text-sm text-muted">
          {importing.isPending && inspection.data
            ? t("importing", { rows: inspection.data.rows.length })
            : t("inspecting")}
          <Progress label={t("progress")} done={null} total={1} />
        </div>
      )}
      {inspection.data && file && (
        <ReportView
          report={inspection.data}
          isBusy={isBusy}
          onImport={() => importing.mutate(file)}
        />
      )}
      {!file && <HowItIsRead />}
    </div>
  );
}

function HowItIsRead() {
  const t = useTranslations("spreadsheets");
  const rules = ["columns", "languages", "formats", "allOrNothing", "again"] as const;
  return (
    <Card className="p-4">
      <h2 className="mb-2 flex items-center gap-2 font-semibold">
        <Sheet aria-hidden className="size-4 text-muted" />
        {t("howTitle")}
      </h2>
      <ul className="grid max-w-prose list-disc gap-1.5 pl-5 text-sm text-muted">
        {rules.map((rule) => (
          <li key={rule}>{t(`how.${rule}`)}</li>
        ))}
      </ul>
    </Card>
  );
}
