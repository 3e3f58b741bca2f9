import { Diamond } from "lucide-react";
import { useGateReason } from "@/components/gate-reason";
import { routesOf } from "@/components/routes";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import type { Gate } from "./queries";

type Props = { gate: Gate };

/** The question that this gate asks, before anything is read. */
export function WhatIsDecided({ gate }: Props) {
  const t = useTranslations("gates");
  const told = useGateReason();
  const { stage } = gate;
  const routes = gate.kind === "choice" ? routesOf(stage.routes) : [];
  const chosen = stage.choices[0];
  return (
    <Card className="flex items-start gap-3 p-4">
      <Diamond aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-text" />
      <section className="grid min-w-0 gap-2" aria-labelledby="question">
        <h2 id="question" className="font-medium">
          {gate.kind === "choice" ? t("choiceAsked") : t("approvalAsked")}
        </h2>
        <p className="text-sm text-muted">{told(gate.reason)}</p>
        {gate.kind === "choice" && stage.notes && (
          <p className="max-w-prose text-sm whitespace-pre-line text-muted">{stage.notes}</p>
        )}
        {routes.length > 0 && (
          <ul className="grid gap-1 text-sm">
            {routes.map((route) => (
              <li key={route.key}>
                <span className="font-medium">{route.name}</span>
                <span className="text-muted"> → {route.leadsTo}</span>{" "}
                {route.key === chosen?.route && <Badge tone="accent">{t("routeChosen")}</Badge>}
              </li>
            ))}
          </ul>
        )}
        {chosen?.note && (
          <p className="max-w-prose text-sm whitespace-pre-line text-muted wrap-anywhere">
            {chosen.chosen_by}: {chosen.note}
          </p>
        )}
      </section>
    </Card>
  );
}
