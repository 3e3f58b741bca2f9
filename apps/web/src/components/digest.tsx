import { useTranslations } from "@/lib/translations";
import { classes } from "@/ui/classes";
import { CopyButton } from "./copy-button";

type Props = { sha256: string; className?: string; canCopy?: boolean };

/** A SHA-256, short as people compare it, whole in the title and on the clipboard. */
export function Digest({ sha256, className, canCopy = false }: Props) {
  const t = useTranslations("documents");
  return (
    <span className={classes("inline-flex items-center gap-0.5", className)}>
      <code title={`SHA-256 ${sha256}`} className="font-mono text-xs">
        {sha256.slice(0, 12)}
      </code>
      {canCopy && <CopyButton text={sha256} label={t("copyDigest")} />}
    </span>
  );
}
