import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "@/api/client";
import { setupQuery } from "@/api/session";
import { RestoreSteps } from "@/components/restore-steps";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";

const EVERY_MS = 1000;

/** How far it is. AgentLab starts anew at the end: for a moment nobody answers, which is no error. */
export function RestoreProgress({ onGiveUp }: { onGiveUp: () => void }) {
  const t = useTranslations("setup.restore");
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ["restore"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/setup", { signal })),
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
  });
  const isDone = data?.needs_first_administrator === false && data.restore?.outcome !== "running";
  useEffect(() => {
    if (isDone) client.setQueryData(setupQuery.queryKey, data);
  }, [isDone, data, client]);

  const restore = data?.restore;
  if (restore?.outcome === "failed" || restore?.outcome === "interrupted") {
    return (
      <div className="grid gap-4">
        <Callout tone="danger" title={t(restore.outcome)}>
          {restore.reason && <p lang="en">{restore.reason}</p>}
        </Callout>
        <Button size="lg" onClick={onGiveUp}>
          {t("again")}
        </Button>
      </div>
    );
  }
  return (
    <div className="grid gap-3" role="status">
      <RestoreSteps restore={restore ?? null} />
      <p className="text-xs text-muted">{t("meanwhile")}</p>
    </div>
  );
}
