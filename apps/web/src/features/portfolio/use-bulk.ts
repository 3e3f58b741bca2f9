import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import type { BulkRequest } from "@/api/dashboard";
import { projectsMoved } from "@/api/projects";
import { useReleased } from "@/components/levels/use-released";
import type { Named } from "@/components/levels/use-undo";
import { useUndo } from "@/components/levels/use-undo";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

const send = (body: BulkRequest) => unwrap(api.POST("/api/v1/projects/bulk", { body }));

/** One action on many projects: all or none. What it says when it is done can undo it, too. */
export function useBulk(projects: readonly Named[], onDone: () => void) {
  const t = useTranslations("bulk");
  const client = useQueryClient();
  const undo = useUndo();
  const whoStayed = useReleased();
  return useMutation({
    mutationFn: send,
    onSuccess: ({ changed, undo: request, released }, { action }) => {
      onDone();
      const count = changed.length;
      showToast({
        tone: count > 0 ? "success" : "neutral",
        title: count > 0 ? t(`done.${action}`, { count }) : t("nothing"),
        ...whoStayed(released),
        ...(request && {
          action: { label: t("undo"), onAction: () => undo.mutate({ request, projects }) },
        }),
      });
      return projectsMoved(client);
    },
  });
}
