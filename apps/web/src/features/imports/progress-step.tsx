import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleX } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { projectsMoved } from "@/api/projects";
import { ErrorState } from "@/components/error-state";
import { useProblemText } from "@/components/problem-text";
import { useLanguage } from "@/lib/language";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import type { Import } from "./queries";
import { importQuery } from "./queries";

type Props = {
  importId: string;
  /** Back to the form, which still has what was filled in. */
  onChangeChoices: (path: string) => void;
  /** Asks for the same import again; null when a reload has lost what was filled in. */
  retry: { isBusy: boolean; again: () => void } | null;
};

/** Step 4: the import runs in the background; this page may be left and come back to. */
export function ProgressStep({ importId, onChangeChoices, retry }: Props) {
  const current = useQuery(importQuery(importId));
  useGoToProject(current.data?.project_id ?? null);
  if (current.isError)
    return <ErrorState error={current.error} onRetry={() => current.refetch()} />;
  if (!current.data) return <Skeleton className="h-36 rounded-lg" />;
  return current.data.state === "failed" ? (
    <Failed failed={current.data} onChangeChoices={onChangeChoices} retry={retry} />
  ) : (
    <Running running={current.data} />
  );
}

function useGoToProject(projectId: string | null): void {
  const router = useRouter();
  const client = useQueryClient();
  useEffect(() => {
    if (projectId === null) return;
    void projectsMoved(client);
    client.removeQueries({ queryKey: ["inspections"] });
    // Replaced, so that the way back does not come through here and forward again.
    router.replace(paths.project(projectId));
  }, [projectId, client, router]);
}

function Running({ running }: { running: Import }) {
  const t = useTranslations("imports");
  const language = useLanguage();
  const { progress, state } = running;
  const count = (value: number) => new Intl.NumberFormat(language).format(value);
  return (
    <Card className="grid gap-3 p-5">
      <h2 className="font-medium" role="status">
        {t(`state.${state}`)}
      </h2>
      <Progress label={t("progress")} done={progress?.done ?? null} total={progress?.total ?? 1} />
      <div className="flex h-5 justify-between gap-4 text-xs text-muted">
        <span className="min-w-0 truncate font-mono">{progress?.path}</span>
        {progress && (
          <span className="shrink-0 tabular-nums">
            {count(progress.done)} / {count(progress.total)}
          </span>
        )}
      </div>
      <p className="text-sm text-muted">{t("mayLeave")}</p>
    </Card>
  );
}

type FailedProps = Omit<Props, "importId"> & { failed: Import };

function Failed({ failed, onChangeChoices, retry }: FailedProps) {
  const t = useTranslations("imports");
  const problemText = useProblemText();
  return (
    <Card role="alert" className="grid gap-3 p-5">
      <h2 className="flex items-center gap-2 font-medium text-danger">
        <CircleX aria-hidden className="size-5" />
        {t("state.failed")}
      </h2>
      <p className="text-sm">{problemText(failed.error)}</p>
      <p className="text-sm text-muted">{t("nothingKept")}</p>
      <div className="flex flex-wrap gap-2">
        {retry && (
          <Button variant="primary" isBusy={retry.isBusy} onClick={retry.again}>
            {t("tryAgain")}
          </Button>
        )}
        <Button onClick={() => onChangeChoices(failed.path)}>
          {retry ? t("changeChoices") : t("startAgain")}
        </Button>
      </div>
    </Card>
  );
}
