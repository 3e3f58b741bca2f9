import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Contradiction } from "@/api/work";
import { applyCorrection, undoCorrection, workMoved } from "@/api/work";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

/** Applies a proposal; the toast that says so can take it back. */
export function useApply(projectId: string) {
  const t = useTranslations("work");
  const problemText = useProblemText();
  const client = useQueryClient();
  const undo = useUndo();
  return useMutation({
    mutationFn: (contradiction: Contradiction) => applyCorrection(projectId, contradiction),
    onSuccess: ({ id, item_key, word_after }) =>
      showToast({
        tone: "success",
        title: t("applied", { item: item_key, after: word_after }),
        action: { label: t("undo"), onAction: () => undo.mutate(id) },
      }),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onSettled: () => workMoved(client),
  });
}

export function useUndo() {
  const t = useTranslations("work");
  const problemText = useProblemText();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (correctionId: string) => undoCorrection(correctionId),
    onSuccess: ({ item_key, word_before }) =>
      showToast({ tone: "success", title: t("undone", { item: item_key, before: word_before }) }),
    onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
    onSettled: () => workMoved(client),
  });
}
