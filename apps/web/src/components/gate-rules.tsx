import { ChevronRight } from "lucide-react";
import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { ChecklistItems } from "./checklist-items";

type Rules = Schemas["RulesFound"];
type Props = { rules: Rules };

/** How a proposed gate will decide, in one line that opens to its checklist. */
export function GateRules({ rules }: Props) {
  const line = useFacts(rules).join(" · ");
  if (rules.checklist.length === 0) return <p className="text-xs text-muted">{line}</p>;
  return (
    <details className="group/rules text-xs text-muted">
      <summary className="flex w-fit items-start gap-1 hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="mt-0.5 -ml-0.5 size-3 shrink-0 transition-transform group-open/rules:rotate-90"
        />
        {line}
      </summary>
      <div className="mt-1.5 pl-3.5">
        <ChecklistItems items={rules.checklist} />
      </div>
    </details>
  );
}

function useFacts(rules: Rules): readonly string[] {
  const t = useTranslations("gateRules");
  const [role, ...others] = rules.roles.filter((one) => one !== "viewer");
  return [
    t("approvals", { count: rules.approvals }),
    role && others.length === 0 && t(`only.${role}`),
    !rules.submitter_decides && t("notTheSubmitter"),
    rules.checklist.length > 0 && t("items", { count: rules.checklist.length }),
    rules.reauthentication && t("asksWhoYouAre"),
    rules.due_days !== null && t("dueIn", { days: rules.due_days }),
  ].filter((fact) => typeof fact === "string");
}
