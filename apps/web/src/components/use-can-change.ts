import { useAccount } from "@/api/session";
import { useTranslations } from "@/lib/translations";

/** Whether the person may change anything at all: `true`, or why not. Mirrors `auth/callers.py`. */
export function useCanChange(): true | string {
  const t = useTranslations("shell");
  return useAccount().role === "viewer" ? t("viewersOnlyRead") : true;
}
