"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import type { Level, ProjectStatus, Transition } from "@/api/levels";
import { transitionsQuery } from "@/api/levels";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Skeleton } from "@/ui/skeleton";
import { useActorName } from "../activity/actor-name";
import { useProblemText } from "../problem-text";
import { When } from "../when";

type Props = { level: Level; id: string };

/** Every change of state and place: who, when, why. */
export function TransitionList({ level, id }: Props) {
  const t = useTranslations("levels");
  const problemText = useProblemText();
  const transitions = useInfiniteQuery(transitionsQuery(level, id));
  if (transitions.isPending) return <Skeleton className="h-16" />;
  if (transitions.isError && !transitions.data) {
    return (
      <Callout tone="danger">
        <p>{problemText(transitions.error)}</p>
        <Button size="sm" className="justify-self-start" onClick={() => transitions.refetch()}>
          {t("retry")}
        </Button>
      </Callout>
    );
  }
  const items = transitions.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="text-sm text-muted">{t("noTransitions")}</p>;
  return (
    <div className="grid gap-3">
      <ol className="grid gap-3">
        {items.map((transition) => (
          <Item key={transition.id} transition={transition} />
        ))}
      </ol>
      {transitions.hasNextPage && (
        <Button
          size="sm"
          className="justify-self-start"
          isBusy={transitions.isFetchingNextPage}
          onClick={() => transitions.fetchNextPage()}
        >
          {t("showMore")}
        </Button>
      )}
    </div>
  );
}

function Item({ transition }: { transition: Transition }) {
  const said = useSaid();
  const actorName = useActorName();
  return (
    <li className="border-l-2 border-line pl-3 text-sm">
      <p className="font-medium">{said(transition)}</p>
      <p className="text-xs text-muted">
        {actorName(actorOf(transition))} · <When at={transition.at} />
      </p>
      {transition.reason && (
        <p className="mt-1 whitespace-pre-wrap text-muted wrap-anywhere">{transition.reason}</p>
      )}
    </li>
  );
}

function actorOf({ by, token_id, token }: Transition) {
  if (!by) return { kind: "system", name: null, token } as const;
  return { kind: token_id ? "agent" : "person", name: by.name, token } as const;
}

function useSaid(): (transition: Transition) => string {
  const t = useTranslations("levels");
  const status = (value: string | null) =>
    value === null ? "…" : t(`statuses.${value as ProjectStatus}`);
  return ({ kind, from_value, to_value, from_name, to_name }) => {
    if (kind === "status" && from_value === null) {
      return t("happened.began", { status: status(to_value) });
    }
    if (kind === "status") {
      return t("happened.status", { from: status(from_value), to: status(to_value) });
    }
    if (kind === "move") {
      return t("happened.move", {
        from: from_name ?? t("elsewhere"),
        to: to_name ?? t("elsewhere"),
      });
    }
    return t(`happened.${kind}`);
  };
}
