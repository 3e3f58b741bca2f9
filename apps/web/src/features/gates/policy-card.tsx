"use client";

import { CalendarClock, ChevronRight, KeyRound, ListChecks, Pencil, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useNow } from "use-intl";
import { ChecklistItems } from "@/components/checklist-items";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Progress } from "@/ui/progress";
import { isWaiting } from "./can";
import { ApprovalList } from "./decision-facts";
import { PolicyDialog } from "./policy-dialog";
import type { Gate, Policy, Submission } from "./queries";

/** Who decides here, how many of them, by when, and who has. */
export function PolicyCard({ gate }: { gate: Gate }) {
  const t = useTranslations("gates.policy");
  const [isEditing, setIsEditing] = useState(false);
  const { policy, you } = gate;
  const submission = gate.submissions[0];
  return (
    <Card className="grid gap-3 p-4 text-sm">
      <div className="flex items-start justify-between gap-2">
        <h2 className="font-medium">{t("title")}</h2>
        {you.may_change_policy && (
          <Button size="sm" variant="quiet" onClick={() => setIsEditing(true)}>
            <Pencil aria-hidden />
            {t("edit")}
          </Button>
        )}
      </div>
      <Who policy={policy} />
      {isWaiting(submission) && <Given policy={policy} submission={submission} />}
      {isWaiting(submission) && submission.due_at && <Due submission={submission} />}
      {!isWaiting(submission) && policy.due_days !== null && (
        <Fact icon={<CalendarClock aria-hidden />}>{t("dueIn", { days: policy.due_days })}</Fact>
      )}
      {policy.checklist.length > 0 && (
        <Fact icon={<ListChecks aria-hidden />}>
          <details className="group/checklist">
            <summary className="flex w-fit items-center gap-1 hover:text-text [&::-webkit-details-marker]:hidden">
              {t("checklistOf", { count: policy.checklist.length })}
              <ChevronRight
                aria-hidden
                className="size-3.5 shrink-0 transition-transform group-open/checklist:rotate-90"
              />
            </summary>
            <div className="mt-1.5 text-xs">
              <ChecklistItems items={policy.checklist} />
            </div>
          </details>
        </Fact>
      )}
      {policy.reauthentication && <Fact icon={<KeyRound aria-hidden />}>{t("asksWhoYouAre")}</Fact>}
      {you.in_place_of && (
        <p className="rounded-md bg-accent-soft px-2.5 py-1.5 text-accent-text">
          {t("youAreDeputy", { name: you.in_place_of.name })}
        </p>
      )}
      {policy.is_from_template && <p className="text-xs text-muted">{t("fromTemplate")}</p>}
      {isEditing && <PolicyDialog gate={gate} onClose={() => setIsEditing(false)} />}
    </Card>
  );
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="flex items-start gap-2 text-muted [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0">
      {icon}
      <div className="grid min-w-0 gap-1">{children}</div>
    </div>
  );
}

function Who({ policy }: { policy: Policy }) {
  const t = useTranslations("gates.policy");
  const roles = policy.roles.filter((role) => role !== "viewer");
  return (
    <Fact icon={<Users aria-hidden />}>
      {roles.length > 0 && (
        <span>
          {roles.length === 2 ? t("anybody") : t(`everybody.${roles[0] ?? "administrator"}`)}
        </span>
      )}
      {policy.reviewers.map(({ user, deputies }) => (
        <span key={user.id}>
          <span className="text-text">{user.name}</span>
          {deputies
            .filter(({ is_now }) => is_now)
            .map((deputy) => (
              <span key={`${deputy.user.id}${deputy.starts_on}`}>
                {" "}
                {t("deputyNow", { name: deputy.user.name, until: deputy.ends_on })}
              </span>
            ))}
        </span>
      ))}
      {!policy.submitter_decides && <span>{t("notTheSubmitter")}</span>}
    </Fact>
  );
}

function Given({ policy, submission }: { policy: Policy; submission: Submission }) {
  const t = useTranslations("gates.policy");
  if (policy.approvals === 1) return null;
  const given = submission.decisions.length;
  const label = t("given", { given, needed: policy.approvals });
  return (
    <div className="grid gap-2">
      <div className="grid gap-1">
        <span aria-hidden className="font-medium">
          {label}
        </span>
        <Progress label={label} done={given} total={policy.approvals} />
      </div>
      <ApprovalList decisions={submission.decisions} />
    </div>
  );
}

function Due({ submission }: { submission: Submission }) {
  const t = useTranslations("gates.policy");
  const now = useNow({ updateInterval: 60_000 });
  const at = submission.due_at ?? "";
  const isLate = Date.parse(at) < now.getTime();
  return (
    <Fact icon={<CalendarClock aria-hidden className={isLate ? "text-danger" : undefined} />}>
      <span className={isLate ? "text-danger" : "text-text"}>
        {isLate ? t("wasDue") : t("isDue")} <When at={at} />
      </span>
      {submission.reminded_at && (
        <span className="text-xs">
          {t("reminded")} <When at={submission.reminded_at} />
        </span>
      )}
    </Fact>
  );
}
