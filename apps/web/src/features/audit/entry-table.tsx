import { useFormatter } from "use-intl";
import { useActorName } from "@/components/activity/actor-name";
import { useTranslations } from "@/lib/translations";
import { Cell, HeadCell, Table } from "@/ui/table";
import type { Entry } from "./queries";
import { useNounName } from "./use-noun-name";

type Props = { entries: Entry[]; onOpen: (entry: Entry) => void };

export function EntryTable({ entries, onOpen }: Props) {
  const t = useTranslations("audit");
  return (
    <Table caption={t("table")}>
      <thead>
        <tr>
          <HeadCell>{t("when")}</HeadCell>
          <HeadCell>{t("who")}</HeadCell>
          <HeadCell>{t("action")}</HeadCell>
          <HeadCell>{t("subject")}</HeadCell>
          <HeadCell>{t("place")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <EntryRow key={entry.sequence} entry={entry} onOpen={onOpen} />
        ))}
      </tbody>
    </Table>
  );
}

type RowProps = { entry: Entry; onOpen: (entry: Entry) => void };

function EntryRow({ entry, onOpen }: RowProps) {
  const t = useTranslations("audit");
  const format = useFormatter();
  const actorName = useActorName();
  const nounName = useNounName();
  return (
    <tr className="last:*:border-b-0 hover:bg-sunken">
      <Cell className="whitespace-nowrap text-muted tabular-nums">
        <time dateTime={entry.at}>
          {format.dateTime(new Date(entry.at), { dateStyle: "short", timeStyle: "medium" })}
        </time>
      </Cell>
      <Cell className="whitespace-nowrap">{actorName(entry.actor)}</Cell>
      <Cell className="whitespace-nowrap">
        <button
          type="button"
          className="rounded text-accent-text underline-offset-2 hover:underline"
          aria-label={t("open", {
            sequence: entry.sequence,
            noun: nounName(entry),
            action: entry.action,
          })}
          onClick={() => onOpen(entry)}
        >
          {nounName(entry)}{" "}
          <code className="ml-1 font-mono text-xs text-muted">{entry.action}</code>
        </button>
      </Cell>
      <Cell className="max-w-72 truncate">{entry.label}</Cell>
      <Cell className="max-w-60 truncate text-muted">
        {entry.project?.name ?? entry.client?.name}
      </Cell>
    </tr>
  );
}
