import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import { FolderInput, Sparkles } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { api, unwrap } from "@/api/client";
import { projectsMoved } from "@/api/projects";
import { useProblemText } from "@/components/problem-text";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";

/** The two ways to a first project. */
export function WaysIn() {
  const t = useTranslations("waysIn");
  const allowed = useCanChange();
  const problemText = useProblemText();
  const sample = useSample();
  return (
    <div className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Way icon={FolderInput} title={t("import")} about={t("importAbout")}>
          {allowed === true ? (
            <Button asChild variant="primary">
              <Link href={paths.import()} prefetch={false}>
                {t("importAction")}
              </Link>
            </Button>
          ) : (
            <GatedButton allowed={allowed}>{t("importAction")}</GatedButton>
          )}
        </Way>
        <Way icon={Sparkles} title={t("sample")} about={t("sampleAbout")}>
          <GatedButton
            allowed={allowed}
            isBusy={sample.isPending || sample.isSuccess}
            onClick={() => sample.mutate()}
          >
            {t("sampleAction")}
          </GatedButton>
        </Way>
      </div>
      {allowed === true && (
        <p className="text-sm text-muted">
          {t("spreadsheet")}{" "}
          <Link
            href={paths.spreadsheets()}
            prefetch={false}
            className="text-accent-text underline underline-offset-2"
          >
            {t("spreadsheetAction")}
          </Link>
        </p>
      )}
      {sample.error && <Callout tone="danger">{problemText(sample.error)}</Callout>}
    </div>
  );
}

/** Makes the sample portfolio and opens the project that waits for a decision. */
function useSample() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/sample")),
    onSuccess: async ({ project_id }) => {
      router.push(paths.project(project_id));
      await projectsMoved(client);
    },
  });
}

type WayProps = { icon: LucideIcon; title: string; about: string; children: React.ReactNode };

function Way({ icon: Icon, title, about, children }: WayProps) {
  return (
    <Card className="grid content-start justify-items-start gap-2 p-5">
      <span className="mb-1 grid size-9 place-items-center rounded-lg bg-accent-soft text-accent-text">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="font-semibold">{title}</h2>
      <p className="mb-2 text-sm text-muted">{about}</p>
      <div className="mt-auto">{children}</div>
    </Card>
  );
}
