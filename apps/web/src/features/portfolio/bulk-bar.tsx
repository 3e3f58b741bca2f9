import { Archive, ArchiveRestore, FolderInput, UserRound, X } from "lucide-react";
import { useState } from "react";
import type { ListedProject } from "@/api/dashboard";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { GatedButton } from "@/ui/gated-button";
import { IconButton } from "@/ui/icon-button";
import { showToast } from "@/ui/toast-store";
import { ArchiveDialog, MoveDialog, OwnerDialog } from "./bulk-dialogs";
import { refused, useBulk } from "./use-bulk";
import type { Selection } from "./use-selection";

type Props = { rows: readonly ListedProject[]; selection: Selection };
type Question = "owner" | "archive" | "move";

/** What can be done with the selected projects; at the bottom, where a thumb is. */
export function BulkBar({ rows, selection }: Props) {
  const t = useTranslations("bulk");
  const problemText = useProblemText();
  const [question, setQuestion] = useState<Question | null>(null);
  const close = () => setQuestion(null);
  const bulk = useBulk(() => {
    close();
    selection.clear();
  });
  const selected = rows.filter(({ id }) => selection.ids.has(id));
  if (selected.length === 0) return null;
  const areArchived = selected.every(({ status }) => status === "archived");
  const withPlace = selected.find((project) => project.archived_with !== null);
  const ask = (next: Question) => () => {
    bulk.reset();
    setQuestion(next);
  };
  const unarchive = () =>
    bulk.mutate(
      { action: "unarchive", projects: selected },
      {
        onError: (error, asked) => {
          const detail = `${problemText(error)} ${t("noneChanged")}`;
          showToast({
            tone: "danger",
            title: refused(error, asked)?.name ?? t("unarchive"),
            detail,
          });
        },
      },
    );
  const dialog = { projects: selected, bulk, onClose: close };
  return (
    <section
      aria-label={t("title")}
      className="sticky bottom-3 z-20 mx-auto mt-4 flex w-fit max-w-full animate-appear flex-wrap items-center justify-center gap-1.5 rounded-xl border border-line bg-raised px-3 py-2 shadow-raised"
    >
      <span role="status" className="mr-1 text-sm font-medium tabular-nums">
        {t("selected", { count: selected.length })}
      </span>
      <Button onClick={ask("owner")}>
        <UserRound aria-hidden />
        {t("assignOwner")}
      </Button>
      <Button onClick={ask("move")}>
        <FolderInput aria-hidden />
        {t("move")}
      </Button>
      {areArchived ? (
        <GatedButton
          allowed={withPlace ? t("archivedWith", archivedWith(withPlace)) : true}
          isBusy={bulk.isPending}
          onClick={unarchive}
        >
          <ArchiveRestore aria-hidden />
          {t("unarchive")}
        </GatedButton>
      ) : (
        <Button onClick={ask("archive")}>
          <Archive aria-hidden />
          {t("archive")}
        </Button>
      )}
      <IconButton label={t("clear")} onClick={selection.clear}>
        <X aria-hidden />
      </IconButton>
      {question === "owner" && <OwnerDialog {...dialog} />}
      {question === "archive" && <ArchiveDialog {...dialog} />}
      {question === "move" && <MoveDialog {...dialog} />}
    </section>
  );
}

/** Where a project that is archived with its place comes back. */
function archivedWith({ name, archived_with, client, service }: ListedProject) {
  const kind = archived_with ?? "service";
  return { name, kind, place: (kind === "client" ? client : service).name };
}
