"use client";

import {
  Archive,
  ArchiveRestore,
  FolderOutput,
  FolderSymlink,
  MoreHorizontal,
  Trash2,
} from "lucide-react";
import { useTranslations } from "@/lib/translations";
import { DropdownMenu, MenuItem, MenuSeparator } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";
import { useCanChange } from "../use-can-change";

type Props = {
  name: string;
  onMove?: () => void;
  onMoveFolder?: (() => void) | undefined;
  onArchive?: () => void;
  onUnarchive?: () => void;
  onDelete: () => void;
};

/** What is done rarely with a client, a service or a project. Not there for viewers. */
export function LevelMenu(props: Props) {
  const { name, onMove, onMoveFolder, onArchive, onUnarchive, onDelete } = props;
  const t = useTranslations("levels");
  if (useCanChange() !== true) return null;
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("more", { name })} variant="secondary">
          <MoreHorizontal aria-hidden />
        </IconButton>
      }
    >
      {onMove && (
        <MenuItem onSelect={onMove}>
          <FolderOutput aria-hidden />
          {t("moveTo")}
        </MenuItem>
      )}
      {onMoveFolder && (
        <MenuItem onSelect={onMoveFolder}>
          <FolderSymlink aria-hidden />
          {t("moveFolderTo")}
        </MenuItem>
      )}
      {onArchive && (
        <MenuItem onSelect={onArchive}>
          <Archive aria-hidden />
          {t("archiveTo")}
        </MenuItem>
      )}
      {onUnarchive && (
        <MenuItem onSelect={onUnarchive}>
          <ArchiveRestore aria-hidden />
          {t("unarchiveTo")}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem onSelect={onDelete}>
        <Trash2 aria-hidden />
        {t("deleteTo")}
      </MenuItem>
    </DropdownMenu>
  );
}
