import { FileKey2 } from "lucide-react";
import { useTranslations } from "@/lib/translations";
import type { Decision } from "./queries";

type Props = { decision: Decision };

/** The decision as a signed file, which anybody can check without AgentLab's database. */
export function ProofLink({ decision }: Props) {
  const t = useTranslations("gates");
  return (
    <a
      href={`/api/v1/decisions/${decision.id}/proof`}
      download
      title={t("proofAbout")}
      className="inline-flex w-fit items-center gap-1.5 text-accent-text hover:underline"
    >
      <FileKey2 aria-hidden className="size-4" />
      {t("proof")}
    </a>
  );
}
