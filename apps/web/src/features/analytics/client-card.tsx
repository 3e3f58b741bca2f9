import Link from "next/link";
import type { Analytics } from "@/api/analytics";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { HeadCell, Table } from "@/ui/table";
import type { Bar } from "./bars";
import { Bars } from "./bars";
import { FigureCard } from "./figure-card";
import { useFormats } from "./formats";
import { LeftOff, NothingEnded } from "./nothing";
import { NameCell, NumberCell, NumberHead } from "./number-cells";
import { useSaid } from "./use-said";

type Client = Analytics["clients"]["items"][number];
type Props = {
  table: Analytics["clients"];
  file: string;
  onChoose: (clientId: string) => void;
};

/** The same figures for each client: first how long its submissions wait. */
export function ClientCard({ table, file, onChoose }: Props) {
  const t = useTranslations("analytics");
  const saidOf = useSaid();
  const bars = table.items.map(
    ({ id, name, gates, waiting }): Bar => ({
      key: id,
      label: (
        <button
          type="button"
          aria-label={t("only", { client: name })}
          className="max-w-full text-left text-accent-text md:truncate hover:underline"
          onClick={() => onChoose(id)}
        >
          {name}
        </button>
      ),
      value: gates.median_hours,
      further: gates.p90_hours,
      ...saidOf(gates, "noneDecided"),
      about: t("waitingNow", { count: waiting.count }),
    }),
  );
  return (
    <FigureCard
      title={t("clients.title")}
      about={t("clients.about")}
      file={file}
      table={<Numbers items={table.items} />}
    >
      {bars.length > 0 ? <Bars label={t("clients.title")} bars={bars} /> : <NothingEnded />}
      <LeftOff shown={table.items.length} total={table.total} />
    </FigureCard>
  );
}

function Numbers({ items }: { items: readonly Client[] }) {
  const t = useTranslations("analytics");
  const { time, count, rate } = useFormats();
  return (
    <Table caption={t("numbersOf", { title: t("clients.title") })}>
      <thead>
        <tr>
          <HeadCell>{t("client")}</HeadCell>
          <NumberHead>{t("column.stages")}</NumberHead>
          <NumberHead>{t("measure.stages")}</NumberHead>
          <NumberHead>{t("column.decided")}</NumberHead>
          <NumberHead>{t("measure.gates")}</NumberHead>
          <NumberHead>{t("measure.rejections")}</NumberHead>
          <NumberHead>{t("column.ready")}</NumberHead>
          <NumberHead>{t("measure.cycle")}</NumberHead>
          <NumberHead>{t("column.open")}</NumberHead>
          <NumberHead>{t("column.waiting")}</NumberHead>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <NameCell>
              <Link
                href={paths.client(one.id)}
                prefetch={false}
                className="text-accent-text hover:underline"
              >
                {one.name}
              </Link>
            </NameCell>
            <NumberCell>{count(one.stages.count)}</NumberCell>
            <NumberCell>{time(one.stages.median_hours)}</NumberCell>
            <NumberCell>{count(one.gates.count)}</NumberCell>
            <NumberCell>{time(one.gates.median_hours)}</NumberCell>
            <NumberCell>{rate(one.verdicts.rejection_rate)}</NumberCell>
            <NumberCell>{count(one.cycle.count)}</NumberCell>
            <NumberCell>{time(one.cycle.median_hours)}</NumberCell>
            <NumberCell>{count(one.open_stages.count)}</NumberCell>
            <NumberCell>{count(one.waiting.count)}</NumberCell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
