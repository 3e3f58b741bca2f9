"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Place } from "@/api/catalogue";
import { applicationsQuery, catalogueChanged } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { ChangedMeanwhile } from "@/components/edit-conflict/changed-meanwhile";
import { nothingSeen, useGuardedAction } from "@/components/edit-conflict/use-guarded-action";
import { FormDialog } from "@/components/form-dialog";
import { useLookAgain, useSights } from "@/components/levels/sights";
import { useProblemText } from "@/components/problem-text";
import { oneNamed, suggestionsOf } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Combobox } from "@/ui/combobox";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";

type Relation = Schemas["ApplicationRelation"];
type Props = { projectId: string; client: Place; onClose: () => void };

const relations: readonly Relation[] = ["builds", "changes"];

/** Says that the project builds or changes an application of its client. */
export function LinkApplicationDialog({ projectId, client, onClose }: Props) {
  const t = useTranslations("applications");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [relation, setRelation] = useState<Relation>("changes");
  const [isChecked, setIsChecked] = useState(false);
  const pages = useInfiniteQuery({
    ...applicationsQuery(useSettled(typed.trim()), client.id),
    placeholderData: (last) => last,
  });
  const found = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const application = oneNamed(found, typed);
  const sights = useSights();
  const linking = useGuardedAction({
    seen: application ? sights.application(application) : nothingSeen,
    lookAgain: useLookAgain("application", application?.id ?? ""),
    act: (applicationId: string, version) =>
      unwrap(
        api.PUT("/api/v1/applications/{application_id}/projects/{project_id}", {
          params: { path: { application_id: applicationId, project_id: projectId } },
          headers: ifMatch(version),
          body: { relation },
        }),
      ),
    onDone: onClose,
    onSettled: () => catalogueChanged(queries),
  });
  const save = () => {
    setIsChecked(true);
    if (application && !linking.isBusy) linking.run(application.id);
  };
  return (
    <FormDialog
      title={t("linkApplication")}
      about={client.name}
      submitLabel={t("save")}
      isBusy={linking.isBusy}
      problem={linking.error && problemText(linking.error)}
      onSubmit={save}
      onClose={onClose}
    >
      <Field
        label={t("application")}
        hint={t("applicationHint")}
        isRequired
        error={isChecked && !application ? t("applicationMissing") : null}
      >
        {(control) => (
          <Combobox
            {...control}
            value={typed}
            onChange={(text) => {
              setTyped(text);
              linking.startAnew();
            }}
            suggestions={suggestionsOf(found)}
          />
        )}
      </Field>
      <RadioGroup
        label={t("relationLabel")}
        value={relation}
        onValueChange={(next) => setRelation(next as Relation)}
        className="sm:grid-cols-2"
      >
        {relations.map((each) => (
          <RadioCard key={each} value={each} title={t(`relation.${each}`)}>
            {t(`relationAbout.${each}`)}
          </RadioCard>
        ))}
      </RadioGroup>
      <ChangedMeanwhile changed={linking.changed} />
    </FormDialog>
  );
}
