import { useNow, useTranslations } from "use-intl";
import type { Schemas } from "@/api/client";
import { RestoreSteps } from "@/components/restore-steps";
import { When } from "@/components/when";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";

const NEWS_FOR_MS = 24 * 60 * 60 * 1000;

/** How far a restore is, and for a day what came of it. */
export function RestoreState({ last }: { last: Schemas["RestoreOut"] }) {
  const t = useTranslations("backups.restore");
  const now = useNow();
  if (last.outcome === "running") {
    return (
      <Card className="grid gap-2 p-4">
        <h2 className="font-semibold">{t("running", { name: nameOf(last.backup) })}</h2>
        <RestoreSteps restore={last} />
        <p className="text-xs text-muted">{t("meanwhile")}</p>
      </Card>
    );
  }
  const { finished_at: at } = last;
  if (!at || now.getTime() - Date.parse(at) > NEWS_FOR_MS) return null;
  const isRestored = last.outcome === "restored";
  return (
    <Callout tone={isRestored ? "success" : "danger"}>
      <p>
        {t.rich(isRestored ? "done" : "failed", {
          name: nameOf(last.backup),
          when: () => <When at={at} />,
        })}
      </p>
      {isRestored && last.restore_point && (
        <p>{t("restorePoint", { name: nameOf(last.restore_point) })}</p>
      )}
      {!isRestored && <p>{last.reason}</p>}
    </Callout>
  );
}

/** A backup is called as its file without the ending. */
const nameOf = (file: string) => file.replace(/\.bundle$/, "");
