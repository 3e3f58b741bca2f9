import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, api, unwrap } from "@/api/client";
import type { BulkUndo } from "@/api/dashboard";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { useProblemText } from "../problem-text";

export type Named = { id: string; name: string };

const takeBack = (body: BulkUndo) => unwrap(api.POST("/api/v1/projects/bulk/undo", { body }));

type Undo = { request: BulkUndo; projects: readonly Named[] };

/** Puts projects back as they were before an action, unless somebody changed them since. */
export function useUndo() {
  const t = useTranslations("bulk");
  const client = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: ({ request }: Undo) => takeBack(request),
    onSuccess: () => showToast({ tone: "success", title: t("undone") }),
    onError: (error, { request, projects }) => {
      const id = changedSince(error, request);
      const name = projects.find((one) => one.id === id)?.name;
      showToast(
        name === undefined
          ? { tone: "danger", title: t("notUndone"), detail: problemText(error) }
          : { tone: "danger", title: t("changedSince", { name }) },
      );
    },
    onSettled: () => levelsChanged(client),
  });
}

/** The project that somebody changed meanwhile. */
function changedSince(error: Error, { projects }: BulkUndo): string | undefined {
  if (!(error instanceof ApiProblem) || error.code !== "changed_since") return undefined;
  const at = /^projects\.(\d+)$/.exec(error.field ?? "");
  return at ? projects[Number(at[1])]?.id : undefined;
}
