import type { ReactNode } from "react";
import { When } from "@/components/when";
import { useLanguage } from "@/lib/language";
import { fileSize } from "@/lib/sizes";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import type { Backups } from "./queries";

/** The few facts that tell whether one can sleep. */
export function Facts({ backups }: { backups: Backups }) {
  const t = useTranslations("backups.facts");
  const language = useLanguage();
  const { last_proof: proof } = backups;
  return (
    <Card>
      <dl className="grid gap-px overflow-hidden rounded-lg bg-line sm:grid-cols-2 lg:grid-cols-5">
        <Fact name={t("success")} value={moment(backups.last_success) ?? t("never")} />
        <Fact
          name={t("proof")}
          value={moment(proof?.at) ?? t("never")}
          about={
            proof && (proof.ok ? t("proven", { seconds: Math.ceil(proof.seconds) }) : t("failed"))
          }
        />
        <Fact name={t("copy")} value={moment(backups.last_copy) ?? t("never")} />
        <Fact name={t("key")} value={moment(backups.key_rehearsed_at) ?? t("never")} />
        <Fact
          name={t("size")}
          value={fileSize(backups.size_bytes, language)}
          about={t("free", { size: fileSize(backups.free_bytes, language) })}
        />
      </dl>
    </Card>
  );
}

const moment = (at: string | null | undefined) => at && <When at={at} />;

type Props = { name: string; value: ReactNode; about?: ReactNode };

function Fact({ name, value, about }: Props) {
  return (
    <div className="grid content-start gap-0.5 bg-surface p-4">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="font-semibold">{value}</dd>
      {about && <dd className="text-xs text-muted">{about}</dd>}
    </div>
  );
}
