import type { Ages, Durations, Verdicts } from "@/api/analytics";
import { useTranslations } from "@/lib/translations";
import { Cell, HeadCell } from "@/ui/table";
import { useFormats } from "./formats";

const number = "text-right tabular-nums whitespace-nowrap";

export function NumberHead({ children }: { children: string }) {
  return <HeadCell className="text-right">{children}</HeadCell>;
}

export function NumberCell({ children }: { children: string | number }) {
  return <Cell className={number}>{children}</Cell>;
}

/** What a row is about. */
export function NameCell({ children }: { children: React.ReactNode }) {
  return (
    <th
      scope="row"
      className="h-10 min-w-40 border-b border-line px-3 text-left font-normal whitespace-nowrap"
    >
      {children}
    </th>
  );
}

export function DurationHeads() {
  const t = useTranslations("analytics.column");
  return (
    <>
      <NumberHead>{t("count")}</NumberHead>
      <NumberHead>{t("median")}</NumberHead>
      <NumberHead>{t("p90")}</NumberHead>
      <NumberHead>{t("mean")}</NumberHead>
    </>
  );
}

export function DurationCells({ of }: { of: Durations }) {
  const { time, count } = useFormats();
  return (
    <>
      <NumberCell>{count(of.count)}</NumberCell>
      <NumberCell>{time(of.median_hours)}</NumberCell>
      <NumberCell>{time(of.p90_hours)}</NumberCell>
      <NumberCell>{time(of.mean_hours)}</NumberCell>
    </>
  );
}

/** How many are open, and since when the longest. */
export function AgeCells({ of }: { of: Ages }) {
  const { time, count } = useFormats();
  return (
    <>
      <NumberCell>{count(of.count)}</NumberCell>
      <NumberCell>{time(of.longest_hours)}</NumberCell>
    </>
  );
}

export function VerdictHeads() {
  const t = useTranslations("analytics.column");
  return (
    <>
      <NumberHead>{t("approved")}</NumberHead>
      <NumberHead>{t("rejected")}</NumberHead>
      <NumberHead>{t("rate")}</NumberHead>
      <NumberHead>{t("withdrawn")}</NumberHead>
    </>
  );
}

export function VerdictCells({ of }: { of: Verdicts }) {
  const { rate, count } = useFormats();
  return (
    <>
      <NumberCell>{count(of.approved)}</NumberCell>
      <NumberCell>{count(of.rejected)}</NumberCell>
      <NumberCell>{rate(of.rejection_rate)}</NumberCell>
      <NumberCell>{count(of.withdrawn)}</NumberCell>
    </>
  );
}
