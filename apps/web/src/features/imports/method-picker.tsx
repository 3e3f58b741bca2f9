import { CircleAlert, CircleCheck } from "lucide-react";
import { methodName } from "@/lib/method-name";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { RadioCard, RadioGroup } from "@/ui/radio";
import type { Candidate } from "./address";
import type { Inspection } from "./queries";

type Props = {
  candidates: Inspection["candidates"];
  /** What the person took; null while nothing is. */
  value: Candidate | null;
  onTake: (candidate: Candidate) => void;
  error: string | null;
};

/** Several methods in one folder: each with why it was recognised, and a person takes one. */
export function MethodPicker({ candidates, value, onTake, error }: Props) {
  const t = useTranslations("imports");
  const keyOf = ({ method, generation }: Candidate) => `${method} ${generation}`;
  const take = (key: string) => {
    const taken = candidates.find((one) => keyOf(one) === key);
    if (taken) onTake({ method: taken.method, generation: taken.generation });
  };
  return (
    <section className="grid gap-2">
      <h2 className="text-sm font-medium">{t("methods", { count: candidates.length })}</h2>
      <p className="text-sm text-muted">{t("methodsAbout")}</p>
      {error && (
        <p role="alert" className="flex items-center gap-1 text-xs text-danger">
          <CircleAlert aria-hidden className="size-3.5" />
          {error}
        </p>
      )}
      <RadioGroup
        label={t("methods", { count: candidates.length })}
        value={value ? keyOf(value) : ""}
        onValueChange={take}
      >
        {candidates.map((one) => (
          <RadioCard key={keyOf(one)} value={keyOf(one)} title={<Title candidate={one} />}>
            <Evidence facts={one.evidence} />
          </RadioCard>
        ))}
      </RadioGroup>
    </section>
  );
}

function Title({ candidate }: { candidate: Inspection["candidates"][number] }) {
  const t = useTranslations("imports");
  return (
    <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
      <span className="flex flex-wrap items-center gap-2">
        {methodName(candidate.method, candidate.generation)}
        {candidate.method_version && <Badge tone="accent">{candidate.method_version}</Badge>}
      </span>
      <span className="text-xs font-normal text-muted">
        {t("workflowsFound", { count: candidate.workflows_total })}
      </span>
    </span>
  );
}

/** The files that say why a method was recognised. */
export function Evidence({ facts }: { facts: readonly string[] }) {
  return (
    <span className="mt-1 grid gap-1 text-sm text-muted">
      {facts.map((fact) => (
        <span key={fact} className="flex items-start gap-2">
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
          <span className="min-w-0 wrap-anywhere">{fact}</span>
        </span>
      ))}
    </span>
  );
}
