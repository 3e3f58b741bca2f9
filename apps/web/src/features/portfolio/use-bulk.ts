import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, api, unwrap } from "@/api/client";
import type { BulkRequest, BulkUndo } from "@/api/dashboard";
import { projectsMoved } from "@/api/projects";
import { useReleased } from "@/components/levels/use-released";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

type Named = { id: string; name: string };

const send = (body: BulkRequest) => unwrap(api.POST("/api/v1/projects/bulk", { body }));
const takeBack = (body: BulkUndo) => unwrap(api.POST("/api/v1/projects/bulk/undo", { body }));

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

type Undo = { request: BulkUndo; projects: readonly Named[] };

function useUndo() {
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
    onSettled: () => projectsMoved(client),
  });
}

/** The project that somebody changed meanwhile. */
function changedSince(error: Error, { projects }: BulkUndo): string | undefined {
  if (!(error instanceof ApiProblem) || error.code !== "changed_since") return undefined;
  const at = /^projects\.(\d+)$/.exec(error.field ?? "");
  return at ? projects[Number(at[1])]?.id : undefined;
}
