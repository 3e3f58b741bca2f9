import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import type { Backups } from "./queries";

const SERIOUS: readonly Backups["warnings"][number][] = [
  "no_backup",
  "last_failed",
  "too_old",
  "proof_failed",
];

/** What somebody has to do something about, the worst first. */
export function Warnings({ backups }: { backups: Backups }) {
  const t = useTranslations("backups.warnings");
  const isNew = backups.backups.length === 0 && !backups.last_failure;
  const shown = backups.warnings.filter((warning) => !(isNew && warning === "no_backup"));
  if (shown.length === 0) return null;
  const ordered = shown.toSorted(
    (one, other) => Number(SERIOUS.includes(other)) - Number(SERIOUS.includes(one)),
  );
  return (
    <ul className="grid gap-2">
      {ordered.map((warning) => (
        <li key={warning}>
          <Callout tone={SERIOUS.includes(warning) ? "danger" : "warning"}>
            {warning === "last_failed" && backups.last_failure ? (
              <p>
                {t("last_failed")} <When at={backups.last_failure.at} />:{" "}
                {backups.last_failure.sentence}
              </p>
            ) : (
              t(warning)
            )}
          </Callout>
        </li>
      ))}
    </ul>
  );
}
