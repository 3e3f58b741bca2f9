import type { FormEvent } from "react";
import { useState } from "react";
import { FolderField } from "@/components/folder-field";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";

type Props = {
  initialPath: string;
  isBusy: boolean;
  /** Why the folder could not be looked into. */
  error: Error | null;
  onChoose: (path: string) => void;
};

/** Step 1: a path typed, or picked from the folders of the server. */
export function FolderStep({ initialPath, isBusy, error, onChoose }: Props) {
  const t = useTranslations("imports");
  const problemText = useProblemText();
  const [path, setPath] = useState(initialPath);
  const [isMissing, setIsMissing] = useState(false);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setIsMissing(!path.trim());
    if (path.trim()) onChoose(path.trim());
  };

  const problem = isMissing ? t("pathMissing") : error && !isBusy ? problemText(error) : null;
  return (
    <form noValidate onSubmit={handleSubmit} className="grid gap-4">
      <FolderField value={path} hint={t("pathHint")} error={problem} onChange={setPath} />
      <div className="flex justify-end">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {isBusy ? t("looking") : t("look")}
        </Button>
      </div>
    </form>
  );
}
