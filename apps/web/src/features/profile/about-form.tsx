import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useState } from "react";
import { useNow } from "use-intl";
import { ApiProblem } from "@/api/client";
import type { Profile, ProfilePatch } from "@/api/profile";
import { profileQuery } from "@/api/profile";
import { useProblemText } from "@/components/problem-text";
import type { Language } from "@/lib/language";
import { chooseLanguage, languageNames, languages, useLanguage } from "@/lib/language";
import { matches } from "@/lib/matching";
import { isTimeZone, timeIn, timeZones } from "@/lib/time-zone";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import type { Suggestion } from "@/ui/combobox";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { GatedButton } from "@/ui/gated-button";
import { Input } from "@/ui/input";
import { Select } from "@/ui/select";
import { showToast } from "@/ui/toast-store";
import { useChangeProfile } from "./queries";

const BROWSER = "browser";
type Facts = { name: string; language: Language | null; zone: string };

/** Name, language and time zone. */
export function AboutForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const client = useQueryClient();
  // What was read when somebody began: it must not change under their fingers.
  const [began, setBegan] = useState(profile);
  const [facts, setFacts] = useState(() => factsOf(profile));
  const [isZoneLeft, setIsZoneLeft] = useState(true);
  const change = useChangeProfile();
  const isOutdated = change.error instanceof ApiProblem && change.error.status === 412;
  const isNameless = !facts.name.trim();
  const zone = facts.zone.trim();
  const hasUnknownZone = zone !== "" && !isTimeZone(zone);
  const changes = changesOf(began, facts);
  const isChanged = Object.keys(changes).length > 0;

  const begin = (now: Profile) => {
    setBegan(now);
    setFacts(factsOf(now));
    change.reset();
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setIsZoneLeft(true);
    if (isNameless || hasUnknownZone || !isChanged || change.isPending) return;
    // What one changed beside this form, such as the reading budget, is no conflict with it.
    const isOurs = JSON.stringify(factsOf(profile)) === JSON.stringify(factsOf(began));
    change.mutate(
      { profile: isOurs ? profile : began, body: changes },
      {
        onSuccess: (now) => {
          begin(now);
          if (changes.language !== undefined) chooseLanguage(changes.language);
          showToast({ tone: "success", title: t("saved") });
        },
      },
    );
  };
  const startAnew = async () => begin(await client.fetchQuery({ ...profileQuery, staleTime: 0 }));

  return (
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
            suggestions={zonesFor(facts.zone)}
            value={facts.zone}
            onChange={(value) => {
              setIsZoneLeft(false);
              setFacts({ ...facts, zone: value });
            }}
            onLeave={() => setIsZoneLeft(true)}
          />
        )}
      </Field>
      {isOutdated && (
        <Callout tone="warning" title={t("outdated")}>
          <p>{t("outdatedAbout")}</p>
          <Button size="sm" onClick={startAnew}>
            {t("startAnew")}
          </Button>
        </Callout>
      )}
      {change.isError && !isOutdated && (
        <Callout tone="danger">{problemText(change.error)}</Callout>
      )}
      <div>
        <GatedButton
          type="submit"
          variant="primary"
          allowed={isChanged || t("nothingChanged")}
          isBusy={change.isPending}
        >
          {t("save")}
        </GatedButton>
      </div>
    </form>
  );
}

function TimeThere({ zone }: { zone: string }) {
  const t = useTranslations("profile");
  const language = useLanguage();
  const now = useNow({ updateInterval: 30_000 });
  if (zone === "") return t("timeZoneAbout");
  return isTimeZone(zone) ? t("timeThere", { time: timeIn(zone, language, now) }) : null;
}

const factsOf = ({ name, language, time_zone }: Profile): Facts => ({
  name,
  language,
  zone: time_zone ?? "",
});

function changesOf(began: Profile, { name, language, zone }: Facts): ProfilePatch {
  const time_zone = zone.trim() || null;
  return {
    ...(name === began.name ? {} : { name }),
    ...(language === began.language ? {} : { language }),
    ...(time_zone === began.time_zone ? {} : { time_zone }),
  };
}

/** All of them while it is one of them, so that another can be chosen without deleting. */
function zonesFor(typed: string): Suggestion[] {
  const zones = timeZones();
  const found = zones.includes(typed) ? zones : zones.filter((zone) => matches(zone, typed));
  return found.map((zone) => ({ id: zone, label: zone }));
}
