import type { FieldChanged } from "@/api/templates";
import { useTranslations } from "@/lib/translations";

type Props = { changes: readonly FieldChanged[] };

/** Values as they were and as they are. */
export function FieldChanges({ changes }: Props) {
  const t = useTranslations("templates");
  if (changes.length === 0) return null;
  return (
    <dl className="grid gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[8rem_minmax(0,1fr)]">
      {changes.map(({ field, before, after }) => (
        <div key={field} className="contents">
          <dt className="text-xs text-muted sm:pt-0.5">
            {t.has(`fields.${field}` as "fields.title")
              ? t(`fields.${field}` as "fields.title")
              : field}
          </dt>
          <dd className="grid min-w-0 gap-0.5">
            {before !== null && (
              <del className="w-fit rounded-sm bg-danger-soft px-1 whitespace-pre-line text-danger wrap-anywhere">
                <span className="sr-only">{t("before")} </span>
                <bdi>{before}</bdi>
              </del>
            )}
            {after !== null && (
              <ins className="w-fit rounded-sm bg-success-soft px-1 whitespace-pre-line text-success no-underline wrap-anywhere">
                <span className="sr-only">{t("after")} </span>
                <bdi>{after}</bdi>
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
