import Link from "next/link";
import type { Analytics } from "@/api/analytics";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { HeadCell, Table } from "@/ui/table";
import type { Bar } from "./bars";
import { Bars } from "./bars";
import { FigureCard } from "./figure-card";
import { useFormats } from "./formats";
import { LeftOff, NothingEnded } from "./nothing";
import {
  AgeCells,
  DurationCells,
  DurationHeads,
  NameCell,
  NumberCell,
  NumberHead,
} from "./number-cells";
import { useSaid } from "./use-said";

type Person = Analytics["people"]["items"][number];
type Props = { table: Analytics["people"]; period: Analytics["period"]; file: string };

/** How long submissions waited for whom, and what waits for them now, with the way there. */
export function PeopleCard({ table, period, file }: Props) {
  const t = useTranslations("analytics");
  const saidOf = useSaid();
  const nameOf = ({ name }: Person) => name ?? t("erased");
  const bars = table.items.map(
    (one): Bar => ({
      key: one.id,
      label: nameOf(one),
      href:
        one.durations.count > 0
          ? paths.decisions({ person: one.id, from: period.from, to: period.to })
          : undefined,
      value: one.durations.median_hours,
      further: one.durations.p90_hours,
      ...saidOf(one.durations, "noneDecided"),
      about: t("waitingFor", { count: one.waiting.count }),
    }),
  );
  const waiting = table.items.filter(({ longest }) => longest.length > 0);
  return (
    <FigureCard
      title={t("people.title")}
      about={t("people.about")}
      file={file}
      table={<Numbers items={table.items} nameOf={nameOf} />}
    >
      {bars.length > 0 ? <Bars label={t("people.title")} bars={bars} /> : <NothingEnded />}
      <LeftOff shown={table.items.length} total={table.total} />
      {waiting.map((one) => (
        <Longest key={one.id} person={one} name={nameOf(one)} />
      ))}
    </FigureCard>
  );
}

/** What waits longest for somebody. */
function Longest({ person, name }: { person: Person; name: string }) {
  const t = useTranslations("analytics");
  return (
    <details className="mt-2 rounded-md bg-sunken text-sm">
      <summary className="px-3 py-1.5">
        {t("waitsLongest", { name, count: person.waiting.count })}
      </summary>
      <ul className="grid gap-1 px-3 pb-2">
        {person.longest.map(({ gate_id, stage, project, submitted_at }) => (
          <li key={gate_id} className="flex flex-wrap gap-x-2">
            <Link
              href={paths.gate(gate_id)}
              prefetch={false}
              className="text-accent-text hover:underline"
            >
              {t("stageOf", { stage, project })}
            </Link>
            <When at={submitted_at} className="text-muted" />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Numbers({ items, nameOf }: { items: readonly Person[]; nameOf: (one: Person) => string }) {
  const t = useTranslations("analytics");
  const { count } = useFormats();
  return (
    <Table caption={t("numbersOf", { title: t("people.title") })}>
      <thead>
        <tr>
          <HeadCell>{t("column.person")}</HeadCell>
          <DurationHeads />
          <NumberHead>{t("column.approved")}</NumberHead>
          <NumberHead>{t("column.rejected")}</NumberHead>
          <NumberHead>{t("column.waiting")}</NumberHead>
          <NumberHead>{t("column.longest")}</NumberHead>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <NameCell>{nameOf(one)}</NameCell>
            <DurationCells of={one.durations} />
            <NumberCell>{count(one.approved)}</NumberCell>
            <NumberCell>{count(one.rejected)}</NumberCell>
            <AgeCells of={one.waiting} />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
