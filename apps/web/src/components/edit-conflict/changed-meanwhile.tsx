import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { showToast } from "@/ui/toast-store";
import type { Changed } from "./use-guarded-action";

/** "Changed by … meanwhile": what it was and is now; whoever goes on knows. */
export function ChangedMeanwhile({ changed }: { changed: Changed | null }) {
  const say = useChangedText();
  if (!changed) return null;
  const { title, facts, about } = say(changed);
  return (
    <div role="alert">
      <Callout tone="warning" title={title}>
        {facts.length > 0 && (
          <ul className="list-disc pl-4">
            {facts.map((fact) => (
              <li key={fact} className="whitespace-pre-wrap wrap-anywhere">
                {fact}
              </li>
            ))}
          </ul>
        )}
        <p>{about}</p>
      </Callout>
    </div>
  );
}

/** The same in the corner, where a click asks nothing. */
export function useChangedToast() {
  const say = useChangedText();
  return (changed: Changed) => {
    const { title, facts, about } = say(changed);
    showToast({ tone: "danger", title, detail: [...facts, about].join(" ") });
  };
}

function useChangedText() {
  const t = useTranslations("conflict");
  return ({ by, facts }: Changed) => ({
    title: by ? t("title", { name: by }) : t("titleUnknown"),
    facts: facts.map(({ name, was, is }) =>
      t("wasIs", { fact: name, was: was || t("empty"), is: is || t("empty") }),
    ),
    about: t("goOn"),
  });
}
