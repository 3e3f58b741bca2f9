import { useTranslations } from "use-intl";
import { useAccount } from "@/api/session";

/** Whether the person may change anything at all: `true`, or why not. Mirrors `auth/callers.py`. */
export function useCanChange(): true | string {
  const t = useTranslations("shell");
  return useAccount().role === "viewer" ? t("viewersOnlyRead") : true;
}
