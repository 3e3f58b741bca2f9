"use client";

import { GitFork } from "lucide-react";
import { useState } from "react";
import type { Stage } from "@/api/projects";
import { useAccount } from "@/api/session";
import { useAllowed } from "@/components/reasons";
import { routesOf, spaced } from "@/components/routes";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { GatedButton } from "@/ui/gated-button";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { canChoose } from "./can";
import { useRoute } from "./moves";
import { ReasonDialog } from "./reason-dialog";

type Props = { stage: Stage };

/** The ways on from a stage, and the one that a person chose. */
export function RouteBox({ stage }: Props) {
  const t = useTranslations("projects");
  const allowed = useAllowed()(canChoose(stage, useAccount().role));
  const made = stage.choices[0];
  const [picked, setPicked] = useState<string | null>(null);
  // What was chosen when they began to say so: what somebody chose since is not theirs to replace.
  const [saying, setSaying] = useState<{ replaces: string | null } | null>(null);
  const route = useRoute(stage.id);
  const shown = picked ?? made?.route ?? "";
  const isNew = shown !== "" && shown !== made?.route;
  return (
    <section className="grid gap-3">
      <h3 className="flex items-center gap-2 text-sm font-medium">
        <GitFork aria-hidden className="size-4 text-muted" />
        {t("routesAsked")}
      </h3>
      <RadioGroup label={t("routesAsked")} value={shown} onValueChange={setPicked}>
        {routesOf(stage.routes).map(({ key, name, leadsTo }) => (
          <RadioCard
            key={key}
            value={key}
            disabled={allowed !== true}
            title={
              <span className="wrap-anywhere">
                {name}
                {key === made?.route && (
                  <span className="ml-2 font-normal text-muted">{t("chosen")}</span>
                )}
              </span>
            }
          >
            <span className="wrap-anywhere">{leadsTo}</span>
          </RadioCard>
        ))}
      </RadioGroup>
      {made && (
        <p className="text-sm text-muted">
          {t("chosenBy", { name: made.chosen_by })} <When at={made.chosen_at} />
          {made.note && (
            <span className="mt-1 block max-w-prose whitespace-pre-line text-text wrap-anywhere">
              {made.note}
            </span>
          )}
        </p>
      )}
      {(isNew || !made) && stage.state === "current" && (
        <div>
          <GatedButton
            size="sm"
            allowed={isNew ? allowed : allowed === true ? t("chooseFirst") : allowed}
            onClick={() => setSaying({ replaces: made?.id ?? null })}
          >
            {t("choose")}
          </GatedButton>
        </div>
      )}
      {saying && (
        <ReasonDialog
          title={t("chooseTitle", { route: spaced(shown) })}
          about={t("chooseAbout")}
          confirmLabel={t("choose")}
          doneText={t("routeIs", { route: spaced(shown) })}
          label={t("note")}
          move={{
            ...route,
            mutate: (note, options) => route.mutate({ value: shown, note, ...saying }, options),
          }}
          onClose={() => {
            setSaying(null);
            setPicked(null);
          }}
        />
      )}
    </section>
  );
}
