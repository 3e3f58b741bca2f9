import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/textarea";
import type { WordsIn } from "./queries";

export type Written = { english: string; french: string };

export const nothingWritten: Written = { english: "", french: "" };

export const isEmpty = ({ english }: Written) => english.trim() === "";

export const wordsOf = ({ english, french }: Written): Required<WordsIn> => ({
  text: english,
  french: french.trim() === "" ? null : french,
});

/** As long as the page takes it. */
const LONGEST = 2_000;

type Props = { words: Written; isChecked: boolean; onChange: (words: Written) => void };

/** What everybody will read, in the page's two languages. */
export function WordsFields({ words, isChecked, onChange }: Props) {
  const t = useTranslations("statusPage");
  return (
    <>
      <Field
        label={t("english")}
        isRequired
        error={isChecked && isEmpty(words) ? t("textMissing") : null}
      >
        {(control) => (
          <Textarea
            {...control}
            lang="en"
            maxLength={LONGEST}
            value={words.english}
            onChange={(event) => onChange({ ...words, english: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("french")} hint={t("frenchHint")}>
        {(control) => (
          <Textarea
            {...control}
            lang="fr"
            maxLength={LONGEST}
            value={words.french}
            onChange={(event) => onChange({ ...words, french: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
