import type { ReactNode } from "react";
import { useFormatter } from "use-intl";
import { useActorName } from "@/components/activity/actor-name";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { Cell, HeadCell, Table } from "@/ui/table";
import type { Entry, Filters } from "./queries";
import { useNounName } from "./use-noun-name";

type Props = { entry: Entry; onOnly: (only: Filters) => void; onClose: () => void };

/** Everything about one entry, and the way to others like it. */
export function EntryDialog({ entry, onOnly, onClose }: Props) {
  const t = useTranslations("audit");
  const common = useTranslations("common");
  const noun = useNounName()(entry);
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={entry.label ? `${noun} · ${entry.label}` : noun}
      description={t("entry", { sequence: entry.sequence, action: entry.action })}
      closeLabel={common("close")}
      className="w-[min(44rem,calc(100vw-2rem))]"
      footer={<Others entry={entry} onOnly={onOnly} />}
    >
      <div className="grid gap-4">
        <Facts entry={entry} />
        {entry.details_erased ? (
          <Callout tone="info">{t("erased")}</Callout>
        ) : (
          <Changes before={entry.before} after={entry.after} />
        )}
      </div>
    </Dialog>
  );
}

function Others({ entry, onOnly }: Omit<Props, "onClose">) {
  const t = useTranslations("audit");
  const { actor, subject_id, project, request_id } = entry;
  return (
    <>
      {actor.id && (
        <Button onClick={() => onOnly({ actor: actor.id ?? "" })}>{t("onlyActor")}</Button>
      )}
      {subject_id && (
        <Button onClick={() => onOnly({ subject: subject_id })}>{t("onlySubject")}</Button>
      )}
      {project && (
        <Button onClick={() => onOnly({ project: project.id })}>{t("onlyProject")}</Button>
      )}
      <Button onClick={() => onOnly({ request: request_id })}>{t("onlyRequest")}</Button>
    </>
  );
}

function Facts({ entry }: { entry: Entry }) {
  const t = useTranslations("audit");
  const format = useFormatter();
  const actorName = useActorName();
  const moment = format.dateTime(new Date(entry.at), { dateStyle: "full", timeStyle: "long" });
  const facts: [string, ReactNode][] = [
    [t("who"), actorName(entry.actor)],
    [t("when"), moment],
    [t("reason"), entry.reason],
    [t("place"), [entry.client?.name, entry.project?.name].filter(Boolean).join(" / ")],
    [t("address"), entry.address],
    [t("request"), <Code key="request">{entry.request_id}</Code>],
    [t("hash"), <Code key="hash">{entry.hash}</Code>],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const Code = ({ children }: { children: string }) => (
  <code className="font-mono text-xs break-all select-all">{children}</code>
);

type Values = Record<string, unknown>;

/** The fields that changed, as they were and as they are. */
function Changes({ before, after }: { before: Values; after: Values }) {
  const t = useTranslations("audit");
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (fields.length === 0) return <p className="text-sm text-muted">{t("noValues")}</p>;
  return (
    <div className="rounded-lg border border-line">
      <Table caption={t("changes")}>
        <thead>
          <tr>
            <HeadCell>{t("field")}</HeadCell>
            <HeadCell>{t("before")}</HeadCell>
            <HeadCell>{t("after")}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field} className="align-top last:*:border-b-0">
              <Cell className="py-2 font-mono text-xs">{field}</Cell>
              <Cell className="py-2">
                <Value value={before[field]} tone="bg-danger-soft text-danger" />
              </Cell>
              <Cell className="py-2">
                <Value value={after[field]} tone="bg-success-soft text-success" />
              </Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Value({ value, tone }: { value: unknown; tone: string }) {
  const t = useTranslations("audit");
  if (value === undefined || value === null || value === "") {
    return <span className="text-faint">{t("nothing")}</span>;
  }
  return (
    <span className={`rounded px-1 wrap-anywhere whitespace-pre-wrap ${tone}`}>
      {typeof value === "string" ? value : JSON.stringify(value, null, 1)}
    </span>
  );
}
