import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import type { BulkRequest } from "@/api/dashboard";
import { projectsMoved } from "@/api/projects";
import { useReleased } from "@/components/levels/use-released";
import { placeIn, useUndo } from "@/components/levels/use-undo";
import type { Named } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";

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

/** Of which project a refusal speaks. */
export const refused = (error: Error, { projects }: Asked): Shown | undefined =>
  projects[placeIn(error)];
