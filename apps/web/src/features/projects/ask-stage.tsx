"use client";

import { useState } from "react";
import type { Schemas } from "@/api/client";
import { FormDialog } from "@/components/form-dialog";
import { useProblemText } from "@/components/problem-text";
import { routesOf, spaced } from "@/components/routes";
import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { Textarea } from "@/ui/textarea";
import { showToast } from "@/ui/toast-store";
import { useAnswer, useRoute } from "./moves";

type Props = {
  asks: Schemas["AsksOut"];
  /** Where it is asked: the stage and its project. */
  about: string;
  onClose: () => void;
};

/** The question of a stage's page from elsewhere: nobody said anything yet, and one says it. */
export function AskStage({ asks, about, onClose }: Props) {
  const t = useTranslations("projects");
  const problemText = useProblemText();
  const answer = useAnswer(asks.stage_id);
  const route = useRoute(asks.stage_id);
  const [picked, setPicked] = useState("");
  const [note, setNote] = useState("");
  const [isChecked, setIsChecked] = useState(false);
  const { condition } = asks;
  const title = condition ? t("questionAsked", { condition: spaced(condition) }) : t("routesAsked");
  const choices = condition
    ? [
        { key: "yes", name: t("answerYes"), leadsTo: t("answerYesAbout") },
        { key: "no", name: t("answerNo"), leadsTo: t("answerNoAbout") },
      ]
    : routesOf(asks.routes);
  const error = answer.error ?? route.error;
  const unpicked = isChecked && picked === "" ? t(condition ? "answerFirst" : "chooseFirst") : null;
  const done = (said: string) => ({
    onSuccess: () => {
      onClose();
      showToast({ tone: "success", title: said });
    },
  });
  const submit = () => {
    setIsChecked(true);
    if (picked === "") return;
    const said = { note: note.trim(), replaces: null };
    if (condition) answer.mutate({ value: picked === "yes", ...said }, done(t("answered")));
    else route.mutate({ value: picked, ...said }, done(t("routeIs", { route: spaced(picked) })));
  };
  return (
    <FormDialog
      title={title}
      about={about}
      submitLabel={condition ? t("keepAnswer") : t("choose")}
      isBusy={answer.isPending || route.isPending}
      problem={error ? problemText(error) : unpicked}
      onSubmit={submit}
      onClose={onClose}
    >
      <RadioGroup label={title} value={picked} onValueChange={setPicked}>
        {choices.map(({ key, name, leadsTo }) => (
          <RadioCard key={key} value={key} title={<span className="wrap-anywhere">{name}</span>}>
            <span className="wrap-anywhere">{leadsTo}</span>
          </RadioCard>
        ))}
      </RadioGroup>
      <Field label={t("note")}>
        {(control) => (
          <Textarea {...control} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
    </FormDialog>
  );
}
