import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import { CopyButton } from "@/components/copy-button";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { Skeleton } from "@/ui/skeleton";
import type { Verification } from "./queries";
import { verificationQuery, verify } from "./queries";

/** Whether the trail is whole: what the last verification found, and a button for the next. */
export function VerificationCard() {
  const t = useTranslations("audit.verification");
  const problemText = useProblemText();
  const client = useQueryClient();
  const { data, error } = useQuery(verificationQuery);
  const asking = useMutation({
    mutationFn: verify,
    onSuccess: (asked) => client.setQueryData(verificationQuery.queryKey, asked),
  });
  const isRunning = data?.last ? data.last.ended_at === null : false;
  const failure = asking.error ?? (data ? null : error);
  return (
    <Card>
      <section aria-labelledby="verification" className="grid gap-3 p-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 id="verification" className="font-semibold">
            {t("title")}
          </h2>
          <Button isBusy={asking.isPending || isRunning} onClick={() => asking.mutate()}>
            {isRunning ? t("running") : t("verify")}
          </Button>
        </div>
        {failure && <Callout tone="danger">{problemText(failure)}</Callout>}
        {!data && !failure && <Skeleton className="h-21" />}
        {data && <Result last={data.last} />}
      </section>
    </Card>
  );
}

function Result({ last }: { last: Verification | null }) {
  const t = useTranslations("audit.verification");
  const wasEmpty = last?.ended_at && last.checked === 0 && last.troubles_total === 0;
  if (last === null || wasEmpty) {
    return (
      <p className="flex items-center gap-2 text-sm text-muted">
        <ShieldQuestion aria-hidden className="size-5 shrink-0" />
        {t(last ? "wasEmpty" : "never")}
      </p>
    );
  }
  if (last.ended_at === null) {
    return <Progress label={t("running")} done={last.checked} total={last.total} />;
  }
  return <Ended last={last} endedAt={last.ended_at} />;
}

function Ended({ last, endedAt }: { last: Verification; endedAt: string }) {
  const t = useTranslations("audit.verification");
  const by = last.requested_by?.name;
  return (
    <div className="grid gap-2 text-sm">
      {last.troubles_total === 0 ? (
        <p role="status" className="flex items-center gap-2 text-success">
          <ShieldCheck aria-hidden className="size-5 shrink-0" />
          {t("whole")}
        </p>
      ) : (
        <Troubles last={last} />
      )}
      <p className="text-muted">
        {t("checked", { count: last.checked })}
        {last.erased > 0 && ` · ${t("erasedDetails", { count: last.erased })}`}
        {" · "}
        <When at={endedAt} /> · {by ? t("by", { name: by }) : t("byItself")}
      </p>
      {last.head_hash && last.head_sequence !== null && (
        <Head head={`${last.head_sequence}:${last.head_hash}`} />
      )}
    </div>
  );
}

function Troubles({ last }: { last: Verification }) {
  const t = useTranslations("audit.verification");
  const more = last.troubles_total - last.troubles.length;
  return (
    <Callout tone="danger" title={t("broken", { count: last.troubles_total })}>
      <ul className="grid gap-1">
        {last.troubles.map(({ kind, sequence, until }) => (
          <li key={`${kind}-${sequence}`} className="flex items-start gap-2">
            <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {t(`trouble.${kind}`, { sequence, until: until ?? sequence })}
          </li>
        ))}
        {more > 0 && <li>{t("more", { count: more })}</li>}
      </ul>
    </Callout>
  );
}

/** Short, because nobody reads it; copied whole. */
function Head({ head }: { head: string }) {
  const t = useTranslations("audit.verification");
  return (
    <div className="flex flex-wrap items-center gap-2 text-xs text-muted">
      <span>{t("head")}</span>
      <code className="font-mono">{head.slice(0, 24)}…</code>
      <CopyButton text={head} label={t("copyHead")} />
      <span>{t("headAbout")}</span>
    </div>
  );
}
