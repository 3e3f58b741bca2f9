import { useQuery } from "@tanstack/react-query";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { retentionQuery } from "./queries";

/** How long details are kept. It is set on the host. */
export function RetentionCard() {
  const t = useTranslations("audit.retention");
  const problemText = useProblemText();
  const { data, error } = useQuery(retentionQuery);
  return (
    <Card>
      <section aria-labelledby="retention" className="grid gap-2 p-4 text-sm text-muted">
        <h2 id="retention" className="text-base font-semibold text-text">
          {t("title")}
        </h2>
        {!data &&
          (error ? (
            <Callout tone="danger">{problemText(error)}</Callout>
          ) : (
            <Skeleton className="h-5" />
          ))}
        {data && (
          <p>{data.details_days === null ? t("never") : t("days", { days: data.details_days })}</p>
        )}
        {data?.applied_at && (
          <p>
            {t("applied")} <When at={data.applied_at} />
          </p>
        )}
      </section>
    </Card>
  );
}
