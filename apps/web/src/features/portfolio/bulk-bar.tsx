import { Archive, ArchiveRestore, FolderInput, UserRound, X } from "lucide-react";
import { useState } from "react";
import type { ListedProject } from "@/api/dashboard";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { GatedButton } from "@/ui/gated-button";
import { IconButton } from "@/ui/icon-button";
import { ArchiveDialog, MoveDialog, OwnerDialog, UnarchiveDialog } from "./bulk-dialogs";
import { useBulk } from "./use-bulk";
import type { Selection } from "./use-selection";
import { mostSelected } from "./use-selection";

type Props = { rows: readonly ListedProject[]; selection: Selection };
type Question = "owner" | "archive" | "unarchive" | "move";

/** What can be done with the selected projects; at the bottom, where a thumb is. */
export function BulkBar({ rows, selection }: Props) {
  const t = useTranslations("bulk");
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
  const dialog = { projects: selected, bulk, onClose: close };
  return (
    <section
      aria-label={t("title")}
      className="sticky bottom-3 z-20 mx-auto mt-4 flex w-fit max-w-full animate-appear flex-wrap items-center justify-center gap-1.5 rounded-xl border border-line bg-raised px-3 py-2 shadow-raised"
    >
      <span role="status" className="mr-1 text-sm font-medium tabular-nums">
        {t("selected", { count: selected.length })}
        {selected.length === mostSelected && ` · ${t("mostSelected")}`}
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
          onClick={ask("unarchive")}
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
      {question === "unarchive" && <UnarchiveDialog {...dialog} />}
      {question === "move" && <MoveDialog {...dialog} />}
    </section>
  );
}

/** Where a project that is archived with its place comes back. */
function archivedWith({ name, archived_with, client, service }: ListedProject) {
  const kind = archived_with ?? "service";
  return { name, kind, place: (kind === "client" ? client : service).name };
}
