import { useFormatter } from "use-intl";
import { When } from "@/components/when";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";
import { Cell, HeadCell, Table } from "@/ui/table";
import type { Backup } from "./queries";
import { useSeconds } from "./use-seconds";

type Actions = {
  /** `true`, or why nothing is begun now. */
  mayProve: true | string;
  mayRestore: true | string;
  onProve: (name: string) => void;
  onRestore: (backup: Backup) => void;
};
type Props = Actions & { backups: Backup[] };

export function BackupTable({ backups, ...actions }: Props) {
  const t = useTranslations("backups");
  return (
    <Table caption={t("table")}>
      <thead>
        <tr>
          <HeadCell>{t("made")}</HeadCell>
          <HeadCell>{t("state")}</HeadCell>
          <HeadCell className="text-right">{t("size")}</HeadCell>
          <HeadCell className="text-right">{t("took")}</HeadCell>
          <HeadCell className="text-right">{t("rows")}</HeadCell>
          <HeadCell>{t("proof")}</HeadCell>
          <HeadCell className="text-right">{t("copies")}</HeadCell>
          <HeadCell>
            <span className="sr-only">{t("actions")}</span>
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => (
          <BackupRow key={backup.name} backup={backup} {...actions} />
        ))}
      </tbody>
    </Table>
  );
}

type RowProps = Actions & { backup: Backup };

function BackupRow({ backup, mayProve, mayRestore, onProve, onRestore }: RowProps) {
  const t = useTranslations("backups");
  const format = useFormatter();
  const language = useLanguage();
  const seconds = useSeconds();
  const made = format.dateTime(new Date(backup.created_at), {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <tr className="last:*:border-b-0 hover:bg-sunken">
      <Cell className="whitespace-nowrap">
        <time dateTime={backup.created_at} title={backup.name}>
          {made}
        </time>
        {backup.reason && (
          <div className="text-xs text-muted">{t(`reasons.${keyOf(backup.reason)}`)}</div>
        )}
      </Cell>
      <Cell>
        <State backup={backup} />
      </Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums">
        {fileSize(backup.size, language)}
      </Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums">{seconds(backup.seconds)}</Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums">
        {backup.rows === null ? "–" : format.number(backup.rows)}
      </Cell>
      <Cell className="whitespace-nowrap">
        {backup.proof?.ok ? <When at={backup.proof.at} /> : t("notProven")}
      </Cell>
      <Cell className="text-right tabular-nums">
        {format.number(backup.copies.filter(({ ok }) => ok).length)}
      </Cell>
      <Cell className="text-right whitespace-nowrap">
        <GatedButton
          size="sm"
          allowed={mayProve}
          aria-label={t("proveOne", { made })}
          onClick={() => onProve(backup.name)}
        >
          {t("prove")}
        </GatedButton>{" "}
        <GatedButton
          size="sm"
          allowed={backup.reason === null ? t("restore.unreadable") : mayRestore}
          aria-label={t("restore.actionOne", { made })}
          onClick={() => onRestore(backup)}
        >
          {t("restore.action")}
        </GatedButton>
      </Cell>
    </tr>
  );
}

function State({ backup }: { backup: Backup }) {
  const t = useTranslations("backups");
  if (backup.is_good) return <Badge tone="success">{t("good")}</Badge>;
  const why = backup.trouble ?? backup.proof?.failure;
  return (
    <div className="grid min-w-40 justify-items-start gap-1">
      <Badge tone={why ? "danger" : "warning"}>{why ? t("bad") : t("notVerified")}</Badge>
      {why && <span className="text-xs text-muted">{why}</span>}
    </div>
  );
}

/** Keys of messages have no spaces. */
const keyOf = (reason: NonNullable<Backup["reason"]>) =>
  reason === "restore point" ? "restore_point" : reason;
