import { Check, CircleCheck, Minus, X } from "lucide-react";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import type { Decision } from "./queries";

/** Who decided, in whose place, and when. */
export function By({ decision }: { decision: Decision }) {
  const t = useTranslations("gates");
  const { decided_by: name, deputy_of: reviewer } = decision;
  return (
    <>
      {reviewer ? t("byDeputy", { name, reviewer }) : t("by", { name })}{" "}
      <When at={decision.decided_at} />
    </>
  );
}

export function ApprovalList({ decisions }: { decisions: readonly Decision[] }) {
  return (
    <ul className="grid gap-2 text-sm">
      {decisions.map((decision) => (
        <li key={decision.id} className="flex items-start gap-2">
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
          <div className="grid min-w-0 gap-1">
            <span>
              <By decision={decision} />
            </span>
            {decision.reason && (
              <blockquote className="border-l-2 border-line pl-2.5 whitespace-pre-line wrap-anywhere text-muted">
                {decision.reason}
              </blockquote>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

const answers = {
  yes: { icon: Check, colour: "text-success" },
  no: { icon: X, colour: "text-danger" },
  none: { icon: Minus, colour: "text-faint" },
};

/** The checklist as it was answered. */
export function Answers({ items }: { items: Decision["checklist"] }) {
  const t = useTranslations("gates");
  if (items.length === 0) return null;
  return (
    <ul aria-label={t("checklist")} className="grid gap-1">
      {items.map(({ text, answer }) => {
        const key = answer === null ? "none" : answer ? "yes" : "no";
        const { icon: Icon, colour } = answers[key];
        return (
          <li key={text} className="flex items-start gap-2">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${colour}`} />
            <span className="min-w-0 wrap-anywhere">
              {text} <span className="sr-only">: {t(`answers.${key}`)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** How long the reader of this page looked before they decided; nobody else is told. */
export function OwnAttention({ attention }: { attention: Decision["attention"] }) {
  const t = useTranslations("gates");
  if (!attention) return null;
  const read = attention.texts.filter(({ read_to_end }) => read_to_end).length;
  const minutes = Math.round(attention.seconds / 60);
  return (
    <p className="text-xs text-muted">
      {t("ownAttention", { minutes, read, total: attention.texts.length })}
    </p>
  );
}
