import type { Schemas } from "@/api/client";
import { useTranslations } from "@/lib/translations";

type Released = Schemas["ReleasedProject"];

/** Says who stayed behind and owns a project no more, for a message; empty when everybody came. */
export function useReleased(): (released: readonly Released[]) => { detail?: string } {
  const t = useTranslations("levels");
  return (released) => {
    const [first] = released;
    if (!first) return {};
    const named = { count: released.length, owner: first.owner.name, name: first.name };
    return { detail: t("released", named) };
  };
}
