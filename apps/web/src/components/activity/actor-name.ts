import type { ActivityActor } from "@/api/activity";
import { useTranslations } from "@/lib/translations";

type Actor = Pick<ActivityActor, "kind" | "name" | "token">;

/** Who did something, in words: a person, an agent with a token of theirs, or AgentLab itself. */
export function useActorName(): (actor: Actor) => string {
  const t = useTranslations("activity.actor");
  return ({ kind, name, token }) => {
    if (kind === "system") return "AgentLab";
    const person = name ?? t("erased");
    if (kind === "person") return person;
    return token ? t("agent", { token, person }) : t("agentOf", { person });
  };
}
