import type { Analytics } from "@/api/analytics";
import { methodName } from "@/lib/method-name";
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

type Props = { table: Analytics["stages"]; client?: string; file: string };

/** How long each stage takes; a bar leads to the projects that are there now. */
export function StageCard({ table, client, file }: Props) {
  const t = useTranslations("analytics");
  const saidOf = useSaid();
  const bars = table.items.map(
    ({ method, generation, key, title, durations, open }): Bar => ({
      key: `${method} ${generation} ${key}`,
      label: title,
      href: open.count > 0 ? paths.projectsAt(title, { ...(client && { client }) }) : undefined,
      value: durations.median_hours,
      further: durations.p90_hours,
      ...saidOf(durations, "noneDone"),
      about: t("openAtStage", { method: methodName(method, generation), count: open.count }),
    }),
  );
  return (
    <FigureCard
      title={t("stages.title")}
      about={t("stages.about")}
      file={file}
      table={<Numbers items={table.items} />}
    >
      {bars.length > 0 ? <Bars label={t("stages.title")} bars={bars} /> : <NothingEnded />}
      <LeftOff shown={table.items.length} total={table.total} />
    </FigureCard>
  );
}

function Numbers({ items }: { items: Analytics["stages"]["items"] }) {
  const t = useTranslations("analytics");
  const { time, count } = useFormats();
  return (
    <Table caption={t("numbersOf", { title: t("stages.title") })}>
      <thead>
        <tr>
          <HeadCell>{t("column.stage")}</HeadCell>
          <HeadCell>{t("method")}</HeadCell>
          <DurationHeads />
          <NumberHead>{t("column.before")}</NumberHead>
          <NumberHead>{t("column.skipped")}</NumberHead>
          <NumberHead>{t("column.open")}</NumberHead>
          <NumberHead>{t("column.longest")}</NumberHead>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={`${one.method} ${one.generation} ${one.key}`}>
            <NameCell>{one.title}</NameCell>
            <NumberCell>{methodName(one.method, one.generation)}</NumberCell>
            <DurationCells of={one.durations} />
            <NumberCell>{time(one.previous_median_hours)}</NumberCell>
            <NumberCell>{count(one.skipped)}</NumberCell>
            <AgeCells of={one.open} />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
