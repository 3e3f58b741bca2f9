import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, api, unwrap } from "@/api/client";
import type { BulkRequest, BulkUndo } from "@/api/dashboard";
import { projectsMoved } from "@/api/projects";
import { useReleased } from "@/components/levels/use-released";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

type Named = { id: string; name: string };
type Shown = Named & { version: number };

/** What to do, and with which projects as they were shown: others' changes are not overwritten. */
export type Asked = Pick<BulkRequest, "action"> &
  Partial<Omit<BulkRequest, "action" | "project_ids" | "versions">> & {
    projects: readonly Shown[];
  };

const send = ({ projects, ...asked }: Asked) => {
  const versions = Object.fromEntries(projects.map(({ id, version }) => [id, version]));
  const project_ids = projects.map(({ id }) => id);
  const body = { confirm_other_client: false, reason: "", ...asked, project_ids, versions };
  return unwrap(api.POST("/api/v1/projects/bulk", { body }));
};
const takeBack = (body: BulkUndo) => unwrap(api.POST("/api/v1/projects/bulk/undo", { body }));

/** One action on many projects: all or none. What it says when it is done can undo it, too. */
export function useBulk(onDone: () => void) {
  const t = useTranslations("bulk");
  const client = useQueryClient();
  const undo = useUndo();
  const whoStayed = useReleased();
  return useMutation({
    mutationFn: send,
    onError: () => projectsMoved(client),
    onSuccess: ({ changed, undo: request, released }, { action, projects }) => {
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
      const { code } = error instanceof ApiProblem ? error : {};
      const id = request.projects[placeIn(error)]?.id;
      const name = projects.find((one) => one.id === id)?.name;
      showToast(
        name !== undefined && code === "changed_since"
          ? { tone: "danger", title: t("changedSince", { name }) }
          : { tone: "danger", title: t("notUndone"), detail: told(problemText(error), name) },
      );
    },
    onSettled: () => projectsMoved(client),
  });
}

/** With the name of the project that it is about. */
const told = (text: string, name: string | undefined) => (name ? `${name}: ${text}` : text);

/** Of which project a refusal speaks. */
export const refused = (error: Error, { projects }: Asked): Shown | undefined =>
  projects[placeIn(error)];

/** The place of the project in what was asked for; -1 for none. */
function placeIn(error: Error): number {
  const field = error instanceof ApiProblem ? error.field : null;
  const at = /^(?:project_ids|projects)\.(\d+)$/.exec(field ?? "");
  return at ? Number(at[1]) : -1;
}
