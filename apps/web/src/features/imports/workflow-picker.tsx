import { CircleAlert } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Notices } from "@/components/notices";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { RadioCard, RadioGroup } from "@/ui/radio";

type Workflow = Schemas["WorkflowFound"];
type Props = {
  workflows: readonly Workflow[];
  value: string;
  onChange: (key: string) => void;
  error: string | null;
};

export function WorkflowPicker({ workflows, value, onChange, error }: Props) {
  const t = useTranslations("imports");
  return (
    <section className="grid gap-2">
      <h2 className="text-sm font-medium">{t("workflow")}</h2>
      {error && (
        <p role="alert" className="flex items-center gap-1 text-xs text-danger">
          <CircleAlert aria-hidden className="size-3.5" />
          {error}
        </p>
      )}
      <RadioGroup label={t("workflow")} value={value} onValueChange={onChange}>
        {workflows.map((workflow) => (
          <RadioCard key={workflow.key} value={workflow.key} title={<Title workflow={workflow} />}>
            {workflow.description}
            {workflow.when_to_use.length > 0 && <WhenToUse reasons={workflow.when_to_use} />}
          </RadioCard>
        ))}
      </RadioGroup>
      <NoticesOf workflow={workflows.find(({ key }) => key === value)} />
    </section>
  );
}

function Title({ workflow }: { workflow: Workflow }) {
  const t = useTranslations("imports");
  return (
    <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
      <span className="flex items-center gap-2">
        {workflow.name}
        {workflow.kind && <Badge>{workflow.kind}</Badge>}
      </span>
      <span className="text-xs font-normal text-muted">
        {t("stagesAndGates", {
          stages: workflow.stages.length,
          gates: workflow.stages.filter((stage) => stage.gate).length,
        })}
      </span>
    </span>
  );
}

function WhenToUse({ reasons }: { reasons: readonly string[] }) {
  const t = useTranslations("imports");
  return (
    <span className="mt-1.5 block text-xs">
      <span className="font-medium">{t("whenToUse")}</span> {reasons.join(" · ")}
    </span>
  );
}

function NoticesOf({ workflow }: { workflow: Workflow | undefined }) {
  if (!workflow || workflow.notices.length === 0) return null;
  return <Notices notices={workflow.notices} />;
}
