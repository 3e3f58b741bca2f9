import { useState } from "react";
import { useFormatter } from "use-intl";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { Select } from "@/ui/select";
import { Cell, HeadCell, Table } from "@/ui/table";
import { ErrorText } from "./error-text";
import type { Report, RowReport } from "./sending";

const PAGE = 100;

type Shown = "all" | "wrong" | "new" | "there";
type Props = { report: Report; isBusy: boolean; onImport: () => void };

/** What an import would do, errors first; the way on when there is none. */
export function ReportView({ report, isBusy, onImport }: Props) {
  const t = useTranslations("spreadsheets");
  const { clients, services, projects } = report.creates;
  const isNothing = clients + services + projects === 0;
  const wrongRows = report.rows.filter(isWrong).length;
  const allowed = wrongRows > 0 ? t("correctFirst") : isNothing ? t("nothingNew") : true;
  return (
    <section aria-label={t("report")} className="grid gap-4">
      {wrongRows > 0 ? (
        <Callout tone="danger" title={t("wrongRows", { rows: wrongRows })}>
          {t("wrongRowsAbout")}
        </Callout>
      ) : (
        <Callout
          tone={isNothing ? "info" : "success"}
          title={isNothing ? t("nothingNew") : t("ready")}
        >
          {!isNothing && t("wouldMake", report.creates)}
        </Callout>
      )}
      {report.ignored_columns.length > 0 && (
        <Callout tone="warning" title={t("ignored", { count: report.ignored_columns.length })}>
          <bdi className="wrap-anywhere">{report.ignored_columns.join(" · ")}</bdi>
        </Callout>
      )}
      <Rows rows={report.rows} />
      <div className="sticky bottom-0 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-canvas py-3">
        {report.already_there > 0 && (
          <span className="text-sm text-muted">
            {t("alreadyThere", { rows: report.already_there })}
          </span>
        )}
        <GatedButton
          variant="primary"
          size="lg"
          allowed={allowed}
          isBusy={isBusy}
          onClick={onImport}
        >
          {t("import")}
        </GatedButton>
      </div>
    </section>
  );
}

const isWrong = (row: RowReport) => row.errors.length > 0;
const isNew = (row: RowReport) => row.creates.length > 0 && !isWrong(row);

const kept: Record<Shown, (row: RowReport) => boolean> = {
  all: () => true,
  wrong: isWrong,
  new: isNew,
  there: (row) => !isWrong(row) && !isNew(row),
};

/** A page at a time: ten thousand rows at once would keep a browser busy. */
function Rows({ rows }: { rows: readonly RowReport[] }) {
  const t = useTranslations("spreadsheets");
  const format = useFormatter();
  const [shown, setShown] = useState<Shown>("all");
  const [page, setPage] = useState(0);
  const ordered = [...rows.filter(isWrong), ...rows.filter((row) => !isWrong(row))];
  const found = ordered.filter(kept[shown]);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const visible = found.slice(page * PAGE, (page + 1) * PAGE);
  const count = (which: Shown) => format.number(rows.filter(kept[which]).length);
  return (
    <Card>
      <div className="flex flex-wrap items-center justify-between gap-3 p-3 pl-4">
        <h2 className="font-semibold">{t("rows")}</h2>
        <Select
          aria-label={t("shown")}
          value={shown}
          onValueChange={(next) => {
            setShown(next as Shown);
            setPage(0);
          }}
          options={(Object.keys(kept) as Shown[]).map((value) => ({
            value,
            label: `${t(`show.${value}`)} (${count(value)})`,
          }))}
          className="h-8 w-52 text-sm"
        />
      </div>
      <Table caption={t("rows")}>
        <thead>
          <tr>
            <HeadCell className="pl-4">{t("row")}</HeadCell>
            <HeadCell>{t("level.client")}</HeadCell>
            <HeadCell>{t("level.service")}</HeadCell>
            <HeadCell>{t("level.project")}</HeadCell>
            <HeadCell className="pr-4">{t("outcome")}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {visible.map((row) => (
            <Row key={row.row} row={row} />
          ))}
        </tbody>
      </Table>
      {pages > 1 && (
        <nav aria-label={t("pages")} className="flex items-center justify-center gap-3 p-3 text-sm">
          <Button size="sm" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {t("previous")}
          </Button>
          <span className="text-muted tabular-nums">{t("page", { page: page + 1, pages })}</span>
          <Button size="sm" disabled={page === pages - 1} onClick={() => setPage(page + 1)}>
            {t("next")}
          </Button>
        </nav>
      )}
    </Card>
  );
}

function Row({ row }: { row: RowReport }) {
  const t = useTranslations("spreadsheets");
  return (
    <tr className="align-top">
      <Cell className="py-2 pl-4 text-muted tabular-nums">{row.row}</Cell>
      <Cell className="max-w-48 truncate py-2">
        <bdi>{row.client}</bdi>
      </Cell>
      <Cell className="max-w-48 truncate py-2">
        <bdi>{row.service}</bdi>
      </Cell>
      <Cell className="max-w-56 truncate py-2">
        <bdi>{row.project}</bdi>
        {row.project && row.key && (
          <code className="ml-2 font-mono text-xs text-muted">{row.key}</code>
        )}
      </Cell>
      <Cell className="py-2 pr-4">
        {isWrong(row) && (
          <ul className="grid gap-1">
            {row.errors.map((error) => (
              <li key={`${error.column} ${error.wrong}`}>
                <ErrorText error={error} />
              </li>
            ))}
          </ul>
        )}
        {isNew(row) && (
          <span className="flex flex-wrap gap-1">
            {row.creates.map((level) => (
              <Badge key={level} tone="success">
                {t(`makes.${level}`)}
              </Badge>
            ))}
          </span>
        )}
        {!isWrong(row) && !isNew(row) && <Badge>{t("isThere")}</Badge>}
      </Cell>
    </tr>
  );
}
