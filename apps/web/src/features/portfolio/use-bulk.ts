import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { api, unwrap } from "@/api/client";
import type { BulkRequest } from "@/api/dashboard";
import { projectsMoved } from "@/api/projects";
import { useProblemText } from "@/components/problem-text";
import { showToast } from "@/ui/toast-store";

const send = (body: BulkRequest) => unwrap(api.POST("/api/v1/projects/bulk", { body }));

/** One action on many projects: all or none. What it says when it is done can undo it. */
export function useBulk(onDone: () => void) {
  const t = useTranslations("bulk");
  const client = useQueryClient();
  const problemText = useProblemText();
  const undo = useMutation({
    mutationFn: async (requests: readonly BulkRequest[]) => {
      for (const request of requests) await send(request);
    },
    onSuccess: () => showToast({ tone: "success", title: t("undone") }),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onSettled: () => projectsMoved(client),
  });
  return useMutation({
    mutationFn: send,
    onSuccess: ({ changed, undo: requests }, { action }) => {
      onDone();
      const count = changed.length;
      showToast({
        tone: count > 0 ? "success" : "neutral",
        title: count > 0 ? t(`done.${action}`, { count }) : t("nothing"),
        ...(count > 0 && { action: { label: t("undo"), onAction: () => undo.mutate(requests) } }),
      });
      return projectsMoved(client);
    },
  });
}
