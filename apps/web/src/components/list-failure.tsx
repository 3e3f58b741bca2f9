import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { useProblemText } from "./problem-text";

type Props = { error: unknown; onRetry: () => void };

/** In place of a list that could not be loaded, on a page that goes on without it. */
export function ListFailure({ error, onRetry }: Props) {
  const t = useTranslations("errors");
  const problemText = useProblemText();
  return (
    <Callout tone="danger" className="m-3">
      {problemText(error)}
      <Button size="sm" className="justify-self-start" onClick={onRetry}>
        {t("retry")}
      </Button>
    </Callout>
  );
}
