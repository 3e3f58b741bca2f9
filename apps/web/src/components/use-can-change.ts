import { useAccount } from "@/api/session";
import { useTranslations } from "@/lib/translations";

/** Whether the person may change anything at all: `true`, or why not. Mirrors `auth/callers.py`. */
export function useCanChange(): true | string {
  const t = useTranslations("shell");
  return useAccount().role === "viewer" ? t("viewersOnlyRead") : true;
}

/** Whether the person may add and rename clients. Mirrors `portfolio/clients/service.py`. */
export function useCanNameClients(): true | string {
  const t = useTranslations("shell");
  const seesAll = useSeesAllClients();
  const canChange = useCanChange();
  if (canChange !== true) return canChange;
  return seesAll || t("needsAllClients");
}

export function useSeesAllClients(): boolean {
  const { role, sees_all_clients } = useAccount();
  return role === "administrator" || sees_all_clients;
}
