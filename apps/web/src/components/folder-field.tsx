import { useTranslations } from "@/lib/translations";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { FolderBrowser } from "./folder-browser";

type Props = {
  value: string;
  hint: string;
  error: string | null;
  onChange: (path: string) => void;
};

/** A folder of the server: its path typed, or picked below. */
export function FolderField({ value, hint, error, onChange }: Props) {
  const t = useTranslations("imports");
  return (
    <>
      <Field label={t("path")} hint={hint} error={error} isRequired>
        {(control) => (
          <Input
            {...control}
            name="path"
            spellCheck={false}
            autoComplete="off"
            placeholder="~/projects/reader"
            className="font-mono text-sm"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <FolderBrowser onOpen={onChange} />
    </>
  );
}
