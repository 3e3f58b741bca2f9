import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";

/** What a scan of the folder found, in words. */
export function useFound() {
  const t = useTranslations("projects");
  return ({ added, changed, missing, returned, unchanged }: Schemas["ScanOut"]) => {
    const isSame = added + changed + missing + returned === 0;
    const detail = isSame
      ? t("scanUnchanged", { unchanged })
      : t("scanFound", { added, changed, missing, returned });
    return { isSame, detail };
  };
}
