import { useState } from "react";
import { useNow } from "use-intl";
import type { Item } from "@/api/inbox";
import { FormDialog } from "@/components/form-dialog";
import { useProblemText } from "@/components/problem-text";
import { dayIn, daysLater, startOfDay } from "@/lib/days";
import { useChosenTimeZone } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Textarea } from "@/ui/textarea";
import { useTitleOf } from "./use-title-of";

type Props = {
  item: Item;
  isBusy: boolean;
  error: unknown;
  onSnooze: (until: string, reason: string) => void;
  onClose: () => void;
};

const MORNING_MS = 8 * 3_600_000;

/** Until when to put an item off, and why. */
export function SnoozeDialog({ item, isBusy, error, onSnooze, onClose }: Props) {
  const t = useTranslations("inbox");
  const titleOf = useTitleOf();
  const problemText = useProblemText();
  const zone = useChosenTimeZone();
  const today = dayIn(zone, useNow());
  const days = {
    tomorrow: daysLater(today, 1),
    monday: daysLater(today, 8 - (new Date(`${today}T00:00:00Z`).getUTCDay() || 7)),
    month: daysLater(today, 28),
  };
  const [day, setDay] = useState(days.tomorrow);
  const [reason, setReason] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const begins = startOfDay(day, zone);
  const isDayWrong = !begins || day <= today || day > daysLater(today, 365);
  const isReasonMissing = reason.trim() === "";
  const submit = () => {
    setIsChecked(true);
    if (isDayWrong || isReasonMissing) return;
    onSnooze(new Date(Date.parse(begins) + MORNING_MS).toISOString(), reason);
  };
  return (
    <FormDialog
      title={t("snoozeTitle")}
      about={`${titleOf(item)} · ${item.place.project}`}
      submitLabel={t("snooze")}
      isBusy={isBusy}
      problem={error ? problemText(error) : null}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={t("snoozeUntil")}
        isRequired
        hint={t("snoozeUntilAbout")}
        error={isChecked && isDayWrong ? t("snoozeUntilWrong") : null}
      >
        {(control) => (
          <Input
            {...control}
            type="date"
            min={days.tomorrow}
            max={daysLater(today, 365)}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
        )}
      </Field>
      <div className="-mt-2 flex flex-wrap gap-2">
        {(["tomorrow", "monday", "month"] as const).map((name) => (
          <Button
            key={name}
            size="sm"
            aria-pressed={day === days[name]}
            className={classes(day === days[name] && "border-accent-line text-accent-text")}
            onClick={() => setDay(days[name])}
          >
            {t(`until.${name}`)}
          </Button>
        ))}
      </div>
      <Field
        label={t("snoozeReason")}
        isRequired
        error={isChecked && isReasonMissing ? t("snoozeReasonMissing") : null}
      >
        {(control) => (
          <Textarea
            {...control}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
