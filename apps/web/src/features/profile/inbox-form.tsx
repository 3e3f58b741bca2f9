import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";
import { digestQuery, sendTestDigest } from "@/api/inbox";
import type { Profile } from "@/api/profile";
import { changeProfile, profileQuery } from "@/api/profile";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import { changesOf } from "@/components/edit-conflict/merge";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
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

const MOST_MINUTES = 10_080;
const hourOf = (hour: string) => `${hour.padStart(2, "0")}:00`;
const hours = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: hourOf(String(hour)),
}));

type Facts = { minutes: string; digest: Profile["digest"]; hour: string };

const readOf = (profile: Profile): Read<Facts> => ({
  values: {
    minutes: profile.reading_minutes === null ? "" : String(profile.reading_minutes),
    digest: profile.digest,
    hour: String(profile.digest_hour),
  },
  version: profile.version,
  by: profile.updated_by?.name ?? null,
});

/** How much to read in a week, and whether the inbox comes by e-mail. */
export function InboxForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const client = useQueryClient();
  const [began, setBegan] = useState(() => readOf(profile));
  const [facts, setFacts] = useState(began.values);
  const mine = { ...facts, minutes: facts.minutes.trim() };
  const minutes = Number(mine.minutes);
  const isWrong =
    mine.minutes !== "" && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES);
  const isChanged = Object.keys(changesOf(began.values, mine)).length > 0;
  const readAgain = async () => readOf(await client.fetchQuery({ ...profileQuery, staleTime: 0 }));
  const saving = useGuardedSave<Facts, Profile>({
    base: began,
    readAgain,
    write: ({ minutes: text, digest, hour }, version) => {
      const body = {
        ...(text !== undefined && { reading_minutes: text === "" ? null : Number(text) }),
        ...(digest && { digest }),
        ...(hour && { digest_hour: Number(hour) }),
      };
      return changeProfile(client, body, version);
    },
    onSaved: async (saved) => {
      const now = saved ? readOf(saved) : await readAgain();
      setBegan(now);
      setFacts(now.values);
      showToast({ tone: "success", title: t("saved") });
    },
  });
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWrong && isChanged && !saving.isBusy) saving.save(mine);
  };
  const show = (name: string, value: string) => {
    if (name === "digest") return t(`digests.${value as Facts["digest"]}`);
    return name === "hour" ? hourOf(value) : value;
  };
  return (
    <>
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
                onValueChange={(value) =>
                  setFacts({ ...facts, digest: value as Profile["digest"] })
                }
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
        {saving.error && !saving.conflict && (
          <Callout tone="danger">{problemText(saving.error)}</Callout>
        )}
        <div>
          <GatedButton
            type="submit"
            variant="primary"
            allowed={isChanged || t("nothingChanged")}
            isBusy={saving.isBusy}
          >
            {t("inboxSave")}
          </GatedButton>
        </div>
        <LastDigest email={profile.email} />
      </form>
      {saving.conflict && (
        <EditConflictDialog
          conflict={saving.conflict}
          labels={{
            minutes: t("readingMinutes"),
            digest: t("digest"),
            hour: t("digestHour"),
          }}
          show={show}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
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
