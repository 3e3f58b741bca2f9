import { Digest } from "@/components/digest";
import { useTranslations } from "@/lib/translations";
import type { Submission } from "./queries";

type Props = { artefacts: Submission["artefacts"] };

/** The exact texts that a decision will count for, each by its digest. */
export function BoundTexts({ artefacts }: Props) {
  const t = useTranslations("gates");
  if (artefacts.length === 0) return <p className="text-sm text-muted">{t("boundToNothing")}</p>;
  return (
    <div className="grid min-w-0 gap-2 text-sm">
      <p className="text-muted">{t("boundTo", { count: artefacts.length })}</p>
      <ul className="grid max-h-48 gap-1.5 overflow-y-auto">
        {artefacts.map((artefact) => (
          <li
            key={artefact.document_id}
            className="grid min-w-0 rounded-md bg-sunken px-2.5 py-1.5"
          >
            <span className="truncate font-mono text-xs" title={artefact.path}>
              {artefact.path}
            </span>
            <span className="flex gap-2 text-xs text-muted">
              {t("versionShort", { number: artefact.version })}
              <Digest sha256={artefact.sha256} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
