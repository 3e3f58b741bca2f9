import type { Schemas } from "@/api/client";
import { valuesOf } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";

type Props = { error: Schemas["CellError"] };

/** What is wrong with a cell, in the reader's language: the column, what it says, what to do. */
export function ErrorText({ error }: Props) {
  const t = useTranslations("spreadsheets");
  const { column, given, wrong, other_row, facts } = error;
  return (
    <p className="max-w-prose text-xs text-danger">
      {column && <strong className="font-semibold">{t(`column.${column}`)}</strong>}
      {given && (
        <>
          {" "}
          <bdi className="wrap-anywhere">“{given}”</bdi>
        </>
      )}
      {(column || given) && " — "}
      {t(`wrong.${wrong}`, {
        ...valuesOf(facts),
        other: other_row ?? 0,
        column: column ?? "",
      })}
    </p>
  );
}
