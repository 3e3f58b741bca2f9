import { useQuery } from "@tanstack/react-query";
import { CornerLeftUp, Folder, FolderCheck } from "lucide-react";
import type { KeyboardEvent, ReactNode } from "react";
import { useState } from "react";
import { foldersQuery } from "@/api/folders";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { useProblemText } from "./problem-text";

type Props = { onOpen: (path: string) => void };

/** The folders of the server, one level at a time. Arrow keys move, Enter opens, Backspace goes up. */
export function FolderBrowser({ onOpen }: Props) {
  const t = useTranslations("imports");
  const problemText = useProblemText();
  const [opened, setOpened] = useState<string | null>(null);
  const roots = useQuery(foldersQuery(null));
  const only = roots.data?.folders.length === 1 ? roots.data.folders[0] : undefined;
  const folders = useQuery(foldersQuery(opened ?? only?.path ?? null));
  const page = folders.data;
  const open = (path: string | null) => {
    setOpened(path);
    if (path !== null) onOpen(path);
  };
  const canGoUp = page !== undefined && page.path !== null && page.path !== only?.path;
  const goUp = () => canGoUp && open(page.parent);

  return (
    <Card className="overflow-hidden">
      <p className="truncate border-b border-line bg-sunken/70 px-3 py-1.5 font-mono text-xs text-muted">
        {page?.path ?? t("roots")}
      </p>
      {folders.isError && <Callout tone="danger">{problemText(folders.error)}</Callout>}
      <ul
        aria-label={t("folders")}
        aria-busy={folders.isFetching}
        className="h-72 overflow-y-auto p-1"
        onKeyDown={(event) => moveFocus(event, goUp)}
      >
        {canGoUp && (
          <Row icon={<CornerLeftUp aria-hidden className="text-muted" />} onClick={goUp}>
            {t("up")}
          </Row>
        )}
        {page?.folders.map((folder) => (
          <Row
            key={folder.path}
            icon={
              folder.has_method ? (
                <FolderCheck aria-hidden className="text-accent-text" />
              ) : (
                <Folder aria-hidden className="text-faint" />
              )
            }
            onClick={() => open(folder.path)}
          >
            {page.path === null ? folder.path : folder.name}
            {folder.has_method && <Badge tone="accent">{t("hasMethod")}</Badge>}
          </Row>
        ))}
        {page?.folders.length === 0 && (
          <li className="px-2 py-2 text-sm text-muted">{t("noFolders")}</li>
        )}
        {page?.truncated && <li className="px-2 py-2 text-sm text-muted">{t("moreFolders")}</li>}
      </ul>
    </Card>
  );
}

type RowProps = { icon: ReactNode; onClick: () => void; children: ReactNode };

function Row({ icon, onClick, children }: RowProps) {
  return (
    <li>
      <button
        type="button"
        onClick={onClick}
        className="flex min-h-8 w-full items-center gap-2 rounded px-2 text-left text-sm hover:bg-sunken focus-visible:-outline-offset-2 [&_svg]:size-4 [&_svg]:shrink-0"
      >
        {icon}
        {children}
      </button>
    </li>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>, goUp: () => void): void {
  const rows = [...event.currentTarget.querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement as HTMLButtonElement);
  const targets: Record<string, HTMLButtonElement | undefined> = {
    ArrowDown: rows[Math.min(at + 1, rows.length - 1)],
    ArrowUp: rows[Math.max(at - 1, 0)],
    Home: rows[0],
    End: rows.at(-1),
  };
  if (event.key === "Backspace") goUp();
  else if (!(event.key in targets)) return;
  targets[event.key]?.focus();
  event.preventDefault();
}
