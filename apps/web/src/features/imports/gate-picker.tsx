import { useGateReason } from "@/components/gate-reason";
import { GateRules } from "@/components/gate-rules";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { Checkbox } from "@/ui/checkbox";
import type { Choices } from "./choices";
import { chosenWorkflow, proposedGates } from "./choices";
import type { Inspection } from "./queries";

type Props = { found: Inspection; choices: Choices; onChange: (choices: Choices) => void };

/** The gates that the import proposes, each with its reason and rules; a person confirms them. */
export function GatePicker({ found, choices, onChange }: Props) {
  const t = useTranslations("imports");
  const told = useGateReason();
  const gates = proposedGates(chosenWorkflow(choices, found));
  if (gates.length === 0) return null;
  const set = (withoutGate: readonly string[]) => onChange({ ...choices, withoutGate });
  const toggle = (key: string, isKept: boolean) => {
    const others = choices.withoutGate.filter((one) => one !== key);
    set(isKept ? others : [...others, key]);
  };
  const areAllKept = choices.withoutGate.length === 0;
  return (
    <section className="grid gap-2">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-sm font-medium">
          {t("gates", { kept: gates.length - choices.withoutGate.length, total: gates.length })}
        </h2>
        <Button
          variant="quiet"
          size="sm"
          onClick={() => set(areAllKept ? gates.map(({ key }) => key) : [])}
        >
          {areAllKept ? t("gatesNone") : t("gatesAll")}
        </Button>
      </div>
      <p className="text-sm text-muted">{t("gatesAbout")}</p>
      <Card className="grid gap-3 p-4">
        {gates.map((gate) => (
          <div key={gate.key} className="grid gap-1">
            <Checkbox
              label={gate.title}
              hint={told(gate.reason)}
              checked={!choices.withoutGate.includes(gate.key)}
              onCheckedChange={(isKept) => toggle(gate.key, isKept)}
            />
            <div className="pl-6.5">
              <GateRules rules={gate.rules} />
            </div>
          </div>
        ))}
      </Card>
    </section>
  );
}
