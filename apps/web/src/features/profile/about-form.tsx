import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";
import { useNow } from "use-intl";
import type { Profile } from "@/api/profile";
import { changeProfile, profileQuery } from "@/api/profile";
import { EditConflictDialog } from "@/components/edit-conflict/edit-conflict-dialog";
import { changesOf } from "@/components/edit-conflict/merge";
import type { Read } from "@/components/edit-conflict/use-guarded-save";
import { useGuardedSave } from "@/components/edit-conflict/use-guarded-save";
import { useProblemText } from "@/components/problem-text";
import type { Language } from "@/lib/language";
import { chooseLanguage, languageNames, languages, useLanguage } from "@/lib/language";
import { matches } from "@/lib/matching";
import { isTimeZone, timeIn, timeZones } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import type { Suggestion } from "@/ui/combobox";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { GatedButton } from "@/ui/gated-button";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { showToast } from "@/ui/toast-store";

const BROWSER = "browser";
type Facts = { name: string; language: Language | null; time_zone: string | null };

/** Name, language and time zone. */
export function AboutForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const client = useQueryClient();
  // What was read when somebody began: it must not change under their fingers.
  const [began, setBegan] = useState(() => readOf(profile));
  const [facts, setFacts] = useState(began.values);
  const [isZoneLeft, setIsZoneLeft] = useState(true);
  const isNameless = !facts.name.trim();
  const zone = facts.time_zone?.trim() ?? "";
  const hasUnknownZone = zone !== "" && !isTimeZone(zone);
  const mine = { ...facts, time_zone: zone || null };
  const isChanged = Object.keys(changesOf(began.values, mine)).length > 0;
  const begin = (now: Read<Facts>) => {
    setBegan(now);
    setFacts(now.values);
  };
  const readAgain = async () => readOf(await client.fetchQuery({ ...profileQuery, staleTime: 0 }));
  const saving = useGuardedSave<Facts, Profile>({
    base: began,
    readAgain,
    write: (changes, version) => changeProfile(client, changes, version),
    onSaved: async (saved) => {
      const now = saved ? readOf(saved) : await readAgain();
      begin(now);
      if (now.values.language !== began.values.language) chooseLanguage(now.values.language);
      showToast({ tone: "success", title: t("saved") });
    },
  });
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setIsZoneLeft(true);
    if (!isNameless && !hasUnknownZone && isChanged && !saving.isBusy) saving.save(mine);
  };

  return (
    <>
      <form noValidate onSubmit={handleSubmit} className="grid max-w-md gap-4">
        <Field
          label={t("name")}
          isRequired
          hint={t("nameAbout")}
          error={isNameless ? t("nameMissing") : null}
        >
          {(control) => (
            <Input
              {...control}
              autoComplete="name"
              maxLength={200}
              value={facts.name}
              onChange={(event) => setFacts({ ...facts, name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("language")}>
          {(control) => (
            <Select
              {...control}
              value={facts.language ?? BROWSER}
              onValueChange={(value) =>
                setFacts({ ...facts, language: languages.find((one) => one === value) ?? null })
              }
              options={[
                { value: BROWSER, label: t("likeBrowser") },
                ...languages.map((value) => ({ value, label: languageNames[value] })),
              ]}
            />
          )}
        </Field>
        <Field
          label={t("timeZone")}
          hint={<TimeThere zone={zone} />}
          error={hasUnknownZone && isZoneLeft ? t("timeZoneUnknown") : null}
        >
          {(control) => (
            <Combobox
              {...control}
              suggestions={zonesFor(facts.time_zone ?? "")}
              value={facts.time_zone ?? ""}
              onChange={(value) => {
                setIsZoneLeft(false);
                setFacts({ ...facts, time_zone: value });
              }}
              onLeave={() => setIsZoneLeft(true)}
            />
          )}
        </Field>
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
            {t("save")}
          </GatedButton>
        </div>
      </form>
      {saving.conflict && (
        <EditConflictDialog
          conflict={saving.conflict}
          labels={{ name: t("name"), language: t("language"), time_zone: t("timeZone") }}
          show={(name, value) => shown(name, value) ?? t("likeBrowser")}
          isBusy={saving.isBusy}
          error={saving.error}
          onSettle={saving.settle}
          onClose={saving.leaveConflict}
        />
      )}
    </>
  );
}

function TimeThere({ zone }: { zone: string }) {
  const t = useTranslations("profile");
  const language = useLanguage();
  const now = useNow({ updateInterval: 30_000 });
  if (zone === "") return t("timeZoneAbout");
  return isTimeZone(zone) ? t("timeThere", { time: timeIn(zone, language, now) }) : null;
}

const readOf = ({ name, language, time_zone, version, updated_by }: Profile): Read<Facts> => ({
  values: { name, language, time_zone },
  version,
  by: updated_by?.name ?? null,
});

const shown = (name: string, value: string | null) =>
  name === "language" && value ? languageNames[value as Language] : value;

/** All of them while it is one of them, so that another can be chosen without deleting. */
function zonesFor(typed: string): Suggestion[] {
  const zones = timeZones();
  const found = zones.includes(typed) ? zones : zones.filter((zone) => matches(zone, typed));
  return found.map((zone) => ({ id: zone, label: zone }));
}
