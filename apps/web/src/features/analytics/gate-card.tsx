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
  VerdictCells,
  VerdictHeads,
} from "./number-cells";
import { useSaid } from "./use-said";

type Props = { table: Analytics["gates"]; client?: string; file: string };

const keyOf = ({ method, generation, key }: Analytics["gates"]["items"][number]) =>
  `${method} ${generation} ${key}`;

const waitingAt = (title: string, client?: string) =>
  paths.projectsAt(title, { waiting: "true", ...(client && { client }) });

/** How long submissions wait at each gate; a bar leads to the projects that wait there now. */
export function GateCard({ table, client, file }: Props) {
  const t = useTranslations("analytics");
  const saidOf = useSaid();
  const bars = table.items.map(
    (one): Bar => ({
      key: keyOf(one),
      label: one.title,
      href: one.waiting.count > 0 ? waitingAt(one.title, client) : undefined,
      value: one.durations.median_hours,
      further: one.durations.p90_hours,
      ...saidOf(one.durations, "noneDecided"),
      about: t("waitingAtGate", {
        method: methodName(one.method, one.generation),
        count: one.waiting.count,
      }),
    }),
  );
  return (
    <FigureCard
      title={t("gates.title")}
      about={t("gates.about")}
      file={file}
      table={<Numbers items={table.items} />}
    >
      {bars.length > 0 ? <Bars label={t("gates.title")} bars={bars} /> : <NothingEnded />}
      <LeftOff shown={table.items.length} total={table.total} />
    </FigureCard>
  );
}

/** How often each gate says no. */
export function RejectionCard({ table, file }: Omit<Props, "client">) {
  const t = useTranslations("analytics");
  const { rate } = useFormats();
  const settled = table.items.filter(({ verdicts }) => verdicts.rejection_rate !== null);
  const bars = settled.map(
    (one): Bar => ({
      key: keyOf(one),
      label: one.title,
      value: one.verdicts.rejection_rate,
      text: t("rejectedOf", {
        rate: rate(one.verdicts.rejection_rate),
        rejected: one.verdicts.rejected,
        settled: one.verdicts.rejected + one.verdicts.approved,
      }),
      about: `${methodName(one.method, one.generation)} · ${t(`kind.${one.kind}`)}`,
    }),
  );
  return (
    <FigureCard
      title={t("rejections.title")}
      about={t("rejections.about")}
      file={file}
      table={<Numbers items={settled} />}
    >
      {bars.length > 0 ? (
        <Bars label={t("rejections.title")} bars={bars} most={1} />
      ) : (
        <NothingEnded />
      )}
    </FigureCard>
  );
}

function Numbers({ items }: { items: Analytics["gates"]["items"] }) {
  const t = useTranslations("analytics");
  const { time } = useFormats();
  return (
    <Table caption={t("numbersOf", { title: t("gates.title") })}>
      <thead>
        <tr>
          <HeadCell>{t("column.stage")}</HeadCell>
          <HeadCell>{t("method")}</HeadCell>
          <HeadCell>{t("column.kind")}</HeadCell>
          <DurationHeads />
          <NumberHead>{t("column.before")}</NumberHead>
          <VerdictHeads />
          <NumberHead>{t("column.waiting")}</NumberHead>
          <NumberHead>{t("column.longest")}</NumberHead>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={keyOf(one)}>
            <NameCell>{one.title}</NameCell>
            <NumberCell>{methodName(one.method, one.generation)}</NumberCell>
            <NumberCell>{t(`kind.${one.kind}`)}</NumberCell>
            <DurationCells of={one.durations} />
            <NumberCell>{time(one.previous_median_hours)}</NumberCell>
            <VerdictCells of={one.verdicts} />
            <AgeCells of={one.waiting} />
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
