import { useState } from "react";
import { FormDialog } from "@/components/form-dialog";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { showToast } from "@/ui/toast-store";
import type { Incident } from "./queries";
import { useExplanation } from "./queries";
import { useTold } from "./use-told";
import { isEmpty, nothingWritten, WordsFields, wordsOf } from "./words-fields";

type Props = { incident: Incident; onClose: () => void };

/** A person's words at an incident, for everybody. */
export function ExplainDialog({ incident, onClose }: Props) {
  const t = useTranslations("statusPage");
  const told = useTold();
  const problemText = useProblemText();
  const explaining = useExplanation(incident);
  const [words, setWords] = useState(nothingWritten);
  const [isChecked, setIsChecked] = useState(false);
  const submit = () => {
    setIsChecked(true);
    if (isEmpty(words)) return;
    explaining.mutate(wordsOf(words), {
      onSuccess: () => {
        onClose();
        showToast({ tone: "success", title: t("said") });
      },
    });
  };
  return (
    <FormDialog
      title={t("explainOne", { title: told(incident.title) })}
      about={t("explainAbout")}
      submitLabel={t("say")}
      isBusy={explaining.isPending}
      isHeld={explaining.isPending}
      problem={explaining.error && problemText(explaining.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <WordsFields words={words} isChecked={isChecked} onChange={setWords} />
    </FormDialog>
  );
}
