"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Breadcrumbs } from "@/components/breadcrumbs";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useCanChange } from "@/components/use-can-change";
import { Callout } from "@/ui/callout";
import type { Place } from "./address";
import { usePlace } from "./address";
import type { Choices } from "./choices";
import { initialChoices, requestOf } from "./choices";
import { ChooseStep } from "./choose-step";
import { FolderStep } from "./folder-step";
import { FoundStep } from "./found-step";
import { ProgressStep } from "./progress-step";
import type { Inspection } from "./queries";
import { inspectionQuery, useStart } from "./queries";
import type { Step } from "./steps";
import { Steps } from "./steps";

export function ImportScreen() {
  const t = useTranslations("imports");
  const allowed = useCanChange();
  return (
    <Page className="max-w-3xl">
      <PageTitle>{t("title")}</PageTitle>
      <Breadcrumbs crumbs={[{ label: t("title") }]} />
      <h1 className="mb-3 text-xl font-semibold tracking-tight">{t("title")}</h1>
      {allowed === true ? <Wizard /> : <Callout tone="info">{allowed}</Callout>}
    </Page>
  );
}

/** What was filled in is kept here, beside the folder it is about, whatever step is shown. */
type Kept = { path: string; choices: Choices };

function Wizard() {
  const [place, go] = usePlace();
  const inspection = useQuery(inspectionQuery(place.path));
  const [kept, setKept] = useState<Kept | null>(null);
  const start = useStart((importId) => go({ path: place.path, importId }));
  const found = inspection.data;
  const step = stepOf(place, found);
  const choices =
    found && kept?.path === place.path ? kept.choices : found && initialChoices(found);
  const retry =
    found && kept
      ? { isBusy: start.isPending, again: () => start.mutate(requestOf(kept.choices, found)) }
      : null;
  return (
    <>
      <Steps current={step} />
      {step === "folder" && (
        <FolderStep
          initialPath={place.path}
          isBusy={inspection.isFetching}
          error={inspection.error}
          onChoose={(path) => (path === place.path ? inspection.refetch() : go({ path }))}
        />
      )}
      {step === "found" && found && (
        <FoundStep
          found={found}
          onBack={() => go({})}
          onContinue={() => go({ path: place.path, isChoosing: true })}
        />
      )}
      {step === "choose" && found && choices && (
        <ChooseStep
          found={found}
          choices={choices}
          onChange={(next) => setKept({ path: place.path, choices: next })}
          onBack={() => go({ path: place.path })}
          onStart={() => start.mutate(requestOf(choices, found))}
          isStarting={start.isPending}
          error={start.error}
        />
      )}
      {step === "progress" && (
        <ProgressStep
          key={place.importId}
          importId={place.importId}
          onChangeChoices={(path) => go({ path, isChoosing: kept !== null })}
          retry={retry}
        />
      )}
    </>
  );
}

function stepOf(place: Place, found: Inspection | undefined): Step {
  if (place.importId) return "progress";
  if (!found) return "folder";
  return place.isChoosing && !found.project_id ? "choose" : "found";
}
