import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { attentionTo, hasteOf, useSeen } from "./attention";
import type { Submission } from "./queries";

type Props = { submission: Submission };

/** A nudge, and no wall: only the person who decides sees it. */
export function HasteNotice({ submission }: Props) {
  const t = useTranslations("gates");
  useSeen(submission.id);
  const haste = hasteOf(submission, attentionTo(submission));
  if (!haste) return null;
  const total = submission.artefacts.length;
  return (
    <Callout tone="warning" title={t("haste")}>
      <ul className="grid gap-0.5">
        {haste.unopened > 0 && <li>{t("unopened", { count: haste.unopened, total })}</li>}
        {haste.unfinished > 0 && <li>{t("unfinished", { count: haste.unfinished, total })}</li>}
        {haste.isFast && <li>{t("fast")}</li>}
      </ul>
      <p className="text-xs">{t("hasteAbout")}</p>
    </Callout>
  );
}
