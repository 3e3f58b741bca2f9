import { useNow } from "use-intl";
import type { Schemas } from "@/api/client";
import { RestoreSteps } from "@/components/restore-steps";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import type { Restores } from "./queries";

const NEWS_FOR_MS = 24 * 60 * 60 * 1000;

/** How far a restore is, and for a day what came of it: read out as it changes. */
export function RestoreState({ restores }: { restores: Restores | undefined }) {
  const last = restores?.last;
  return (
    <>
      {/* It is there before there is something to say; empty, it takes no place in the grid. */}
      <div role="status" aria-atomic={false} className="empty:absolute">
        {last?.outcome === "running" && <Running last={last} />}
        {last?.outcome === "restored" && <Ended last={last} tone="success" />}
        {last?.outcome === "interrupted" && (
          <Interrupted last={last} isHere={restores?.restores_here === true} />
        )}
      </div>
      {last?.outcome === "failed" && <Ended last={last} tone="danger" />}
    </>
  );
}

type Props = { last: Schemas["RestoreOut"] };

function Running({ last }: Props) {
  const t = useTranslations("backups.restore");
  return (
    <Card className="grid gap-2 p-4">
      <h2 className="font-semibold">{t("running", { name: nameOf(last.backup) })}</h2>
      <RestoreSteps restore={last} />
      <p className="text-xs text-muted">{t("meanwhile")}</p>
    </Card>
  );
}

/** Said until somebody does something: it clears up only then. */
function Interrupted({ last, isHere }: Props & { isHere: boolean }) {
  const t = useTranslations("backups.restore");
  return (
    <Callout tone="warning" title={t("interrupted", { name: nameOf(last.backup) })}>
      <p>{t(isHere ? "afterInterruption" : "afterInterruptionOnServer")}</p>
    </Callout>
  );
}

function Ended({ last, tone }: Props & { tone: "success" | "danger" }) {
  const t = useTranslations("backups.restore");
  const now = useNow();
  const { finished_at: at, restore_point: kept } = last;
  if (!at || now.getTime() - Date.parse(at) > NEWS_FOR_MS) return null;
  const isRestored = tone === "success";
  return (
    <Callout tone={tone}>
      <p>
        {t.rich(isRestored ? "done" : "failed", {
          name: nameOf(last.backup),
          when: () => <When at={at} />,
        })}
      </p>
      {isRestored && kept && <p>{t("restorePoint", { name: nameOf(kept) })}</p>}
      {!isRestored && <p lang="en">{last.reason}</p>}
    </Callout>
  );
}

/** A backup is called as its file without the ending. */
const nameOf = (file: string) => file.replace(/\.bundle$/, "");
