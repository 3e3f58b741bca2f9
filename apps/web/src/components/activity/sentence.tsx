import Link from "next/link";
import type { ReactNode } from "react";
import type { Activity } from "@/api/activity";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useActorName } from "./actor-name";

type Props = { activity: Activity };

const MARKS = { who: "\uE000", what: "\uE001", where: "\uE002" } as const;
const AT_MARKS = /([\uE000\uE001\uE002])/;

/** "Bob approved “PRD” in Lecteur RSS", in the reader's language, with links to what it names. */
export function Sentence({ activity }: Props) {
  const t = useTranslations("activity");
  const actorName = useActorName();
  const said = useWords(activity);
  const parts: Record<string, ReactNode> = {
    [MARKS.who]: <span className="font-medium">{actorName(activity.actor)}</span>,
    [MARKS.what]: <What activity={activity} />,
    [MARKS.where]: <Where activity={activity} nowhere={t("nowhere")} />,
  };
  return (
    <>
      {said.split(AT_MARKS).map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence keep their order
        <bdi key={index}>{parts[piece] ?? piece}</bdi>
      ))}
    </>
  );
}

/** The sentence with marks where names belong. */
function useWords({ action, counts, status }: Activity): string {
  const t = useTranslations("activity.sentence");
  const statusName = useStatusName();
  const count = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const wanted = action as Parameters<typeof t.has>[0];
  const key = t.has(wanted) ? wanted : "other";
  return t(key as "other", { ...MARKS, count, status: statusName(status ?? "") } as never);
}

function useStatusName(): (status: string) => string {
  const t = useTranslations("activity.status");
  return (status) => {
    const key = status as Parameters<typeof t.has>[0];
    return t.has(key) ? t(key) : status;
  };
}

function What({ activity }: Props) {
  const { kind, label, project, gate_id } = activity;
  if (label === null) return null;
  if (kind === "project" && project) return <To href={paths.project(project.id)}>{label}</To>;
  if (gate_id && project) return <To href={paths.gate(gate_id)}>{label}</To>;
  return <span className="font-medium">{label}</span>;
}

function Where({ activity, nowhere }: Props & { nowhere: string }) {
  const { project, client } = activity;
  if (project) return <To href={paths.project(project.id)}>{project.name}</To>;
  return client ? <span className="font-medium">{client.name}</span> : nowhere;
}

function To({ href, children }: { href: string; children: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      className="font-medium text-accent-text underline-offset-2 hover:underline"
    >
      {children}
    </Link>
  );
}
