import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";
import { digestQuery, sendTestDigest } from "@/api/inbox";
import type { Profile, ProfilePatch } from "@/api/profile";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Field } from "@/ui/field";
import { GatedButton } from "@/ui/gated-button";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { showToast } from "@/ui/toast-store";
import { useChangeProfile } from "./queries";

const MOST_MINUTES = 10_080;
const hours = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, "0")}:00`,
}));

type Facts = { minutes: string; digest: Profile["digest"]; hour: string };

const factsOf = (profile: Profile): Facts => ({
  minutes: profile.reading_minutes === null ? "" : String(profile.reading_minutes),
  digest: profile.digest,
  hour: String(profile.digest_hour),
});

/** How much to read in a week, and whether the inbox comes by e-mail. */
export function InboxForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const [facts, setFacts] = useState(() => factsOf(profile));
  const change = useChangeProfile();
  const minutes = facts.minutes.trim() === "" ? null : Number(facts.minutes);
  const isWrong =
    minutes !== null && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES);
  const changes = changesOf(profile, facts, minutes);
  const isChanged = Object.keys(changes).length > 0;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isWrong || !isChanged || change.isPending) return;
    change.mutate(
      { profile, body: changes },
      { onSuccess: () => showToast({ tone: "success", title: t("saved") }) },
    );
  };
  return (
    <form noValidate onSubmit={handleSubmit} className="grid max-w-md gap-4">
      <Field
        label={t("readingMinutes")}
        hint={t("readingMinutesAbout")}
        error={isWrong ? t("readingMinutesWrong") : null}
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            min={1}
            max={MOST_MINUTES}
            value={facts.minutes}
            onChange={(event) => setFacts({ ...facts, minutes: event.target.value })}
          />
        )}
      </Field>
      <div className="grid grid-cols-[minmax(0,1fr)_7rem] items-start gap-3">
        <Field label={t("digest")}>
          {(control) => (
            <Select
              {...control}
              value={facts.digest}
              onValueChange={(value) => setFacts({ ...facts, digest: value as Profile["digest"] })}
              options={(["never", "daily", "weekly"] as const).map((value) => ({
                value,
                label: t(`digests.${value}`),
              }))}
            />
          )}
        </Field>
        <Field label={t("digestHour")}>
          {(control) => (
            <Select
              {...control}
              value={facts.hour}
              onValueChange={(hour) => setFacts({ ...facts, hour })}
              options={hours}
            />
          )}
        </Field>
      </div>
      <p className="-mt-2 text-xs text-muted">{t("digestHourAbout")}</p>
      {change.isError && <Callout tone="danger">{problemText(change.error)}</Callout>}
      <div>
        <GatedButton
          type="submit"
          variant="primary"
          allowed={isChanged || t("nothingChanged")}
          isBusy={change.isPending}
        >
          {t("inboxSave")}
        </GatedButton>
      </div>
      <LastDigest email={profile.email} />
    </form>
  );
}

/** Whether e-mails can be sent, what became of the last one, and one to try. */
function LastDigest({ email }: { email: string }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const { data } = useQuery(digestQuery);
  const test = useMutation({
    mutationFn: sendTestDigest,
    onSuccess: () => showToast({ tone: "success", title: t("digestTestSent", { email }) }),
  });
  if (!data) return null;
  if (!data.is_available) return <Callout tone="info">{t("digestOff")}</Callout>;
  return (
    <div className="grid justify-items-start gap-2 text-sm">
      {data.sent_at && (
        <p className="text-muted">
          {t("digestSent")} <When at={data.sent_at} />
        </p>
      )}
      {data.problem && (
        <Callout tone="warning" title={t("digestProblem")}>
          {data.problem}
        </Callout>
      )}
      {test.isError && <Callout tone="danger">{problemText(test.error)}</Callout>}
      <Button isBusy={test.isPending} onClick={() => test.mutate()}>
        {t("digestTest")}
      </Button>
    </div>
  );
}

function changesOf(profile: Profile, facts: Facts, minutes: number | null): ProfilePatch {
  const hour = Number(facts.hour);
  return {
    ...(minutes === profile.reading_minutes ? {} : { reading_minutes: minutes }),
    ...(facts.digest === profile.digest ? {} : { digest: facts.digest }),
    ...(hour === profile.digest_hour ? {} : { digest_hour: hour }),
  };
}
