import type { Analytics } from "@/api/analytics";
import type { Point } from "@/components/charts/trend-chart";
import { TrendChart } from "@/components/charts/trend-chart";
import { useTranslations } from "@/lib/translations";
import { Select } from "@/ui/select";
import { HeadCell, Table } from "@/ui/table";
import { FigureCard } from "./figure-card";
import { useFormats } from "./formats";
import {
  DurationCells,
  DurationHeads,
  NameCell,
  NumberCell,
  NumberHead,
  VerdictCells,
  VerdictHeads,
} from "./number-cells";
import type { Measure } from "./use-analytics-filters";
import { MEASURES } from "./use-analytics-filters";

type Props = {
  figures: Analytics;
  measure: Measure;
  onMeasure: (measure: Measure) => void;
  file: string;
};

/** One measure over the weeks or months of the period. */
export function TrendCard({ figures, measure, onMeasure, file }: Props) {
  const t = useTranslations("analytics");
  const { time, rate, count } = useFormats();
  const points = usePoints(figures, measure);
  const isTime = measure === "cycle" || measure === "stages" || measure === "gates";
  const say = isTime
    ? (value: number) => time(value)
    : measure === "rejections"
      ? (value: number) => rate(value)
      : (value: number) => count(value);
  return (
    <FigureCard
      title={t("overTime")}
      about={t(`about.${measure}`)}
      file={file}
      table={<Numbers figures={figures} measure={measure} />}
      actions={
        <Select
          aria-label={t("what")}
          value={measure}
          onValueChange={(chosen) => {
            const found = MEASURES.find((one) => one === chosen);
            if (found) onMeasure(found);
          }}
          options={MEASURES.map((one) => ({ value: one, label: t(`measure.${one}`) }))}
          className="h-7 w-auto py-0 text-sm"
        />
      }
    >
      <TrendChart
        label={t("chartOf", { measure: t(`measure.${measure}`) })}
        points={points}
        shape={isTime ? "line" : "bars"}
        say={say}
        unit={isTime && longestOf(points) >= 48 ? 24 : 1}
        legend={isTime ? { value: t("column.median"), further: t("column.p90") } : undefined}
      />
    </FigureCard>
  );
}

/** In hours; from two days on times are said in days. */
const longestOf = (points: readonly Point[]) =>
  Math.max(0, ...points.flatMap(({ value, further }) => [value ?? 0, further ?? 0]));

function usePoints({ trend, period }: Analytics, measure: Measure): Point[] {
  const t = useTranslations("analytics");
  const { time, rate, range, part } = useFormats();
  return trend.map((one) => {
    const place = {
      key: one.from,
      short: part(one.from, period.grain),
      days: range(one.from, one.to),
    };
    if (measure === "rejections") {
      const settled = one.approved + one.rejected;
      const text = t("rejectedOf", {
        rate: rate(one.rejection_rate),
        rejected: one.rejected,
        settled,
      });
      return { ...place, value: one.rejection_rate, text };
    }
    if (measure === "throughput") {
      const text = t("throughputOf", {
        stages: one.stages.count,
        started: one.started,
        completed: one.completed,
      });
      return { ...place, value: one.stages.count, text };
    }
    const times = one[measure];
    const text = t("timesOf", {
      median: time(times.median_hours),
      p90: time(times.p90_hours),
      count: times.count,
    });
    return { ...place, value: times.median_hours, further: times.p90_hours, text };
  });
}

function Numbers({ figures: { trend }, measure }: { figures: Analytics; measure: Measure }) {
  const t = useTranslations("analytics");
  const { count, range } = useFormats();
  const isRate = measure === "rejections";
  return (
    <Table caption={t("numbersOf", { title: t(`measure.${measure}`) })}>
      <thead>
        <tr>
          <HeadCell>{t("column.days")}</HeadCell>
          {isRate && <VerdictHeads />}
          {measure === "throughput" && (
            <>
              <NumberHead>{t("column.stages")}</NumberHead>
              <NumberHead>{t("column.started")}</NumberHead>
              <NumberHead>{t("column.completed")}</NumberHead>
            </>
          )}
          {!isRate && measure !== "throughput" && <DurationHeads />}
        </tr>
      </thead>
      <tbody>
        {trend.map((one) => (
          <tr key={one.from}>
            <NameCell>{range(one.from, one.to)}</NameCell>
            {isRate && <VerdictCells of={one} />}
            {measure === "throughput" && (
              <>
                <NumberCell>{count(one.stages.count)}</NumberCell>
                <NumberCell>{count(one.started)}</NumberCell>
                <NumberCell>{count(one.completed)}</NumberCell>
              </>
            )}
            {measure !== "rejections" && measure !== "throughput" && (
              <DurationCells of={one[measure]} />
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
