import { ArrowRight } from "lucide-react";
import { useAccount } from "@/api/session";
import type { Contradiction, Statement } from "@/api/work";
import { useAllowed } from "@/components/reasons";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { GatedButton } from "@/ui/gated-button";
import { canApply } from "./can";
import { useApply } from "./corrections";
import { WorkBadge } from "./work-badge";

type Props = { projectId: string; contradiction: Contradiction };

/** What the ledgers say, side by side, why one of them should change, and the button that does it. */
export function ContradictionRow({ projectId, contradiction }: Props) {
  const t = useTranslations("work");
  const { id, kind, item_kind, item_key, item_title, evidence, is_expected } = contradiction;
  const titleId = `contradiction-${id}`;
  return (
    <li
      data-contradiction={id}
      tabIndex={-1}
      aria-labelledby={titleId}
      className="grid gap-3 border-t border-line px-4 py-4 first:border-t-0 focus-visible:-outline-offset-2"
    >
      <div className="grid gap-1">
        <h3
          id={titleId}
          className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium"
        >
          <span className="wrap-anywhere">{item_title || item_key}</span>
          {is_expected && <Badge>{t("expected")}</Badge>}
        </h3>
        <p className="text-xs text-faint wrap-anywhere">
          {[t(`kinds.${item_kind}`), item_title && item_key].filter(Boolean).join(" · ")}
        </p>
      </div>
      <ul className="grid gap-2 sm:grid-cols-2">
        {evidence.map((said) => (
          <Evidence key={`${said.ledger}:${said.path}:${said.line}`} said={said} />
        ))}
      </ul>
      <p className="max-w-prose text-sm">{t(`reasons.${kind}`)}</p>
      <Proposed projectId={projectId} contradiction={contradiction} />
    </li>
  );
}

/** One statement with the file, the line and the words of it. */
function Evidence({ said }: { said: Statement }) {
  const t = useTranslations("work");
  return (
    <li className="grid min-w-0 content-start gap-1.5 rounded-md border border-line bg-sunken/40 p-3">
      <p className="flex min-w-0 flex-wrap items-center justify-between gap-2">
        <span className="text-xs font-medium text-muted">{t(`ledgers.${said.ledger}`)}</span>
        <WorkBadge status={said.status} raw={said.raw} />
      </p>
      {said.text && (
        <code className="block font-mono text-xs whitespace-pre-wrap wrap-anywhere">
          {said.text.trim()}
        </code>
      )}
      <p className="font-mono text-xs text-faint wrap-anywhere">
        {said.path}
        {said.line !== null && `:${said.line}`}
      </p>
    </li>
  );
}

function Proposed({ projectId, contradiction }: Props) {
  const t = useTranslations("work");
  const allowed = useAllowed()(canApply(useAccount().role));
  const apply = useApply(projectId);
  const { proposal, item_key } = contradiction;
  if (proposal === null) return <p className="text-sm text-muted">{t("nothingProposed")}</p>;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <span className="text-muted">{t("wouldChange", { path: proposal.path })}</span>
        <span className="inline-flex items-center gap-1.5 font-mono text-xs">
          <del className="rounded bg-danger-soft px-1.5 py-0.5 text-danger">{proposal.before}</del>
          <ArrowRight aria-label={t("becomes")} className="size-3.5 text-muted" />
          <ins className="rounded bg-success-soft px-1.5 py-0.5 text-success no-underline">
            {proposal.after}
          </ins>
        </span>
      </p>
      <GatedButton
        data-apply
        allowed={allowed}
        isBusy={apply.isPending}
        aria-label={t("applyTo", { item: item_key })}
        onClick={() => apply.mutate(contradiction)}
      >
        {t("apply")}
      </GatedButton>
    </div>
  );
}
