import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { Progress } from "@/ui/progress";

/** How far a restore is, as a bar; null before it has said so. */
export function RestoreSteps({ restore }: { restore: Schemas["RestoreProgress"] | null }) {
  const t = useTranslations("restore");
  const isCounted = restore !== null && restore.done_bytes > 0;
  const step = restore ? t(`steps.${restore.step}`) : t("starting");
  return (
    <>
      <p className="text-sm">{step}</p>
      <Progress
        label={step}
        done={isCounted ? restore.done_bytes : null}
        total={isCounted ? restore.total_bytes : 1}
      />
    </>
  );
}
