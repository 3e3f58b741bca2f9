import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";
import { When } from "../when";

type Props = {
  of: Pick<Schemas["ClientOut"], "updated_at" | "updated_by"> & { created_at: string };
};

/** Who changed it last, and when; or when it was made. */
export function EditedBy({ of }: Props) {
  const t = useTranslations("levels");
  if (!of.updated_at) {
    return (
      <span>
        {t("madeAt")} <When at={of.created_at} />
      </span>
    );
  }
  return (
    <span>
      {of.updated_by ? t("changedBy", { name: of.updated_by.name }) : t("changedAt")}{" "}
      <When at={of.updated_at} />
    </span>
  );
}
