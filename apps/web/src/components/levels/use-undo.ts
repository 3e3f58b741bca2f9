import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, api, ifMatch, unwrap } from "@/api/client";
import type { BulkUndo } from "@/api/dashboard";
import { levelsChanged } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import { useProblemText } from "../problem-text";
import type { Named } from "../use-one-named";

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
      const { code } = error instanceof ApiProblem ? error : {};
      const id = request.projects[placeIn(error)]?.id;
      const name = projects.find((one) => one.id === id)?.name;
      showToast(
        name !== undefined && code === "changed_since"
          ? { tone: "danger", title: t("changedSince", { name }) }
          : {
              tone: "danger",
              title: t("notUndone"),
              detail: name
                ? t("ofProject", { name, text: problemText(error) })
                : problemText(error),
            },
      );
    },
    onSettled: () => levelsChanged(client),
  });
}

type MovedService = { id: string; version: number };

/** Puts a service back where a move took it from, unless somebody changed it since. */
export function useUndoServiceMove() {
  const t = useTranslations("bulk");
  const client = useQueryClient();
  const problemText = useProblemText();
  return useMutation({
    mutationFn: ({ id, version }: MovedService) =>
      unwrap(
        api.POST("/api/v1/services/{service_id}/client/undoing", {
          params: { path: { service_id: id }, header: ifMatch(version) },
        }),
      ),
    onSuccess: () => showToast({ tone: "success", title: t("undone") }),
    onError: (error) =>
      showToast({ tone: "danger", title: t("notUndone"), detail: problemText(error) }),
    onSettled: () => levelsChanged(client),
  });
}

/** The place of a project among those that were named; -1 for none. */
export function placeIn(error: Error): number {
  const field = error instanceof ApiProblem ? error.field : null;
  const at = /^(?:project_ids|projects)\.(\d+)$/.exec(field ?? "");
  return at ? Number(at[1]) : -1;
}
