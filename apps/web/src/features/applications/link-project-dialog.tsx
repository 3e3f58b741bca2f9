"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Application } from "@/api/catalogue";
import { catalogueChanged, projectChoicesQuery } from "@/api/catalogue";
import type { Schemas } from "@/api/client";
import { api, ifMatch, unwrap } from "@/api/client";
import { ChangedMeanwhile } from "@/components/edit-conflict/changed-meanwhile";
import { useGuardedAction } from "@/components/edit-conflict/use-guarded-action";
import { useLookAgain, useSights } from "@/components/levels/sights";
import { useProblemText } from "@/components/problem-text";
import { oneNamed, suggestionsOf } from "@/components/use-one-named";
import { useTranslations } from "@/lib/translations";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Combobox } from "@/ui/combobox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";

type Relation = Schemas["ApplicationRelation"];
type Props = { application: Application; onClose: () => void };

const relations: readonly Relation[] = ["builds", "changes"];

/** Says that a project of the same client builds or changes the application. */
export function LinkProjectDialog({ application, onClose }: Props) {
  const t = useTranslations("applications");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [relation, setRelation] = useState<Relation>("changes");
  const [isChecked, setIsChecked] = useState(false);
  const search = useSettled(typed.split(" · ")[0]?.trim() ?? "");
  const { data } = useQuery(projectChoicesQuery(application.client.id, search));
  const projects = data?.items ?? [];
  // Two services may have projects of one name; the key tells them apart.
  const labelOf = ({ name, key }: (typeof projects)[number]) => `${name} · ${key}`;
  const project = oneNamed(projects, typed, labelOf);
  const sights = useSights();
  const [seen] = useState(() => sights.application(application));
  const linking = useGuardedAction({
    seen,
    lookAgain: useLookAgain("application", application.id),
    act: (projectId: string, version) =>
      unwrap(
        api.PUT("/api/v1/applications/{application_id}/projects/{project_id}", {
          params: { path: { application_id: application.id, project_id: projectId } },
          headers: ifMatch(version),
          body: { relation },
        }),
      ),
    onDone: onClose,
    onSettled: () => catalogueChanged(queries),
  });
  const save = () => {
    setIsChecked(true);
    if (project && !linking.isBusy) linking.run(project.id);
  };
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("link")}
      description={application.client.name}
      closeLabel={common("close")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button variant="primary" isBusy={linking.isBusy} onClick={save}>
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Field
          label={t("project")}
          hint={t("projectHint")}
          isRequired
          error={isChecked && !project ? t("projectMissing") : null}
        >
          {(control) => (
            <Combobox
              {...control}
              value={typed}
              onChange={setTyped}
              suggestions={suggestionsOf(projects, labelOf)}
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
        {linking.error && <Callout tone="danger">{problemText(linking.error)}</Callout>}
      </div>
    </Dialog>
  );
}
