import { useState } from "react";
import { useNow } from "use-intl";
import { FormDialog } from "@/components/form-dialog";
import { useProblemText } from "@/components/problem-text";
import { clocksIn, whenClocksShow } from "@/lib/days";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Checkbox } from "@/ui/checkbox";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { showToast } from "@/ui/toast-store";
import type { Component } from "./queries";
import { usePlan } from "./queries";
import { useTold } from "./use-told";
import { isEmpty, nothingWritten, WordsFields, wordsOf } from "./words-fields";

type Props = { components: readonly Component[]; onClose: () => void };

const HOUR_MS = 3_600_000;

/** When maintenance will be, of what, and why. It begins with two hours from the next full one. */
export function PlanDialog({ components, onClose }: Props) {
  const t = useTranslations("statusPage");
  const problemText = useProblemText();
  const zone = useChosenTimeZone();
  const now = useNow();
  const planning = usePlan();
  const [from, setFrom] = useState(() => clocksIn(zone, nextHour(now, 1)));
  const [to, setTo] = useState(() => clocksIn(zone, nextHour(now, 3)));
  const [affected, setAffected] = useState<readonly Component["id"][]>([]);
  const [words, setWords] = useState(nothingWritten);
  const [isChecked, setIsChecked] = useState(false);
  const starts = whenClocksShow(from, zone);
  const ends = whenClocksShow(to, zone);
  const wrong = useWrongTimes(starts, ends);
  const submit = () => {
    setIsChecked(true);
    if (isEmpty(words) || wrong.from || wrong.to || !starts || !ends) return;
    planning.mutate(
      { ...wordsOf(words), starts_at: starts, ends_at: ends, components: [...affected] },
      {
        onSuccess: () => {
          onClose();
          showToast({ tone: "success", title: t("planned") });
        },
      },
    );
  };
  return (
    <FormDialog
      title={t("plan")}
      about={t("planAbout")}
      submitLabel={t("announce")}
      isBusy={planning.isPending}
      isHeld={planning.isPending}
      problem={planning.error && problemText(planning.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-1.5">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 sm:grid-cols-[repeat(2,minmax(0,1fr))]">
          <Time label={t("from")} value={from} error={isChecked && wrong.from} onChange={setFrom} />
          <Time label={t("to")} value={to} error={isChecked && wrong.to} onChange={setTo} />
        </div>
        <p className="text-xs text-muted">{t("zone", { zone })}</p>
      </div>
      <WordsFields words={words} isChecked={isChecked} onChange={setWords} />
      <Affected components={components} chosen={affected} onChange={setAffected} />
    </FormDialog>
  );
}

type TimeProps = {
  label: string;
  value: string;
  error: string | false | null;
  onChange: (value: string) => void;
};

function Time({ label, value, error, onChange }: TimeProps) {
  return (
    <Field
      label={label}
      isRequired
      error={error || null}
      className="grid-cols-[minmax(0,1fr)] content-start"
    >
      {(control) => (
        <Input
          {...control}
          type="datetime-local"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type AffectedProps = {
  components: readonly Component[];
  chosen: readonly Component["id"][];
  onChange: (chosen: readonly Component["id"][]) => void;
};

function Affected({ components, chosen, onChange }: AffectedProps) {
  const t = useTranslations("statusPage");
  const told = useTold();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 text-sm font-medium">{t("components")}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {components.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={told(name)}
            checked={chosen.includes(id)}
            onCheckedChange={(isChosen) =>
              onChange(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id))
            }
          />
        ))}
      </div>
      <p className="text-xs text-muted">{t("componentsHint")}</p>
    </fieldset>
  );
}

function useWrongTimes(starts: string | undefined, ends: string | undefined) {
  const t = useTranslations("statusPage");
  const now = useNow();
  const from = starts ? null : t("timeWrong");
  if (!ends) return { from, to: t("timeWrong") };
  if (starts && ends <= starts) return { from, to: t("endsFirst") };
  return { from, to: Date.parse(ends) <= now.getTime() ? t("isOver") : null };
}

const nextHour = (now: Date, hours: number) =>
  new Date((Math.floor(now.getTime() / HOUR_MS) + hours) * HOUR_MS);
