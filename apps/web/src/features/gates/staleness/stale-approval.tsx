"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useAccount } from "@/api/session";
import { QueryBoundary } from "@/components/query-boundary";
import { useAllowed } from "@/components/reasons";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import { useAreShortcutsOn, useShortcuts } from "@/lib/use-shortcuts";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { Skeleton } from "@/ui/skeleton";
import type { Gate } from "../queries";
import { canAccept, canRenew } from "./can";
import { ChangedText } from "./changed-text";
import type { Staleness } from "./queries";
import { stalenessQuery, useAcceptance, useRenewal } from "./queries";
import type { Way } from "./settle-dialog";
import { SettleDialog } from "./settle-dialog";

type Props = {
  gate: Gate;
  /** A renewal of these very texts waits: whoever decides needs what changed, and no other way. */
  isBeingDecided: boolean;
};

/** That approved texts changed afterwards: what, and the two ways to settle it. */
export function StaleApproval(props: Props) {
  return (
    <QueryBoundary skeleton={null}>
      <Loaded {...props} />
    </QueryBoundary>
  );
}

function Loaded({ gate, isBeingDecided }: Props) {
  const { data: staleness } = useSuspenseQuery(stalenessQuery(gate.id));
  if (staleness.changes.length === 0) return null;
  return (
    <Card className="grid gap-4 p-4">
      <Head staleness={staleness} isBeingDecided={isBeingDecided} />
      {staleness.is_stale && !isBeingDecided && <Settle gate={gate} staleness={staleness} />}
      <div className="grid gap-5">
        {staleness.changes.map((change) => (
          <QueryBoundary
            key={`${change.document_id} ${change.current_sha256}`}
            skeleton={<Skeleton className="h-24" />}
          >
            <ChangedText change={change} />
          </QueryBoundary>
        ))}
      </div>
    </Card>
  );
}

type HeadProps = Pick<Props, "isBeingDecided"> & { staleness: Staleness };

function Head({ staleness, isBeingDecided }: HeadProps) {
  const t = useTranslations("gates.staleness");
  const { changes, acceptance, approved_by, approved_at, found_at } = staleness;
  const Icon = acceptance ? CircleCheck : TriangleAlert;
  return (
    <section aria-labelledby="staleness" className="flex items-start gap-2.5 text-sm">
      <Icon
        aria-hidden
        className={acceptance ? "size-5 shrink-0 text-success" : "size-5 shrink-0 text-warning"}
      />
      <div className="grid min-w-0 gap-1">
        <h2 id="staleness" className="font-medium">
          {acceptance
            ? t("accepted", { name: acceptance.accepted_by })
            : t("title", { count: changes.length })}
        </h2>
        {acceptance && (
          <blockquote className="border-l-2 border-line pl-3 whitespace-pre-line wrap-anywhere">
            {acceptance.reason}
          </blockquote>
        )}
        <p className="text-muted">
          {t("approvedBy", { name: approved_by ?? "" })} {approved_at && <When at={approved_at} />}
          {found_at && (
            <>
              {" · "}
              {t("found")} <When at={found_at} />
            </>
          )}
        </p>
        <p className="text-muted">
          {t(acceptance ? "acceptedAbout" : isBeingDecided ? "renewalAbout" : "about")}
        </p>
      </div>
    </section>
  );
}

function Settle({ gate, staleness }: Pick<Props, "gate"> & { staleness: Staleness }) {
  const t = useTranslations("gates.staleness");
  const { role } = useAccount();
  const allowed = useAllowed();
  const hasKeys = useAreShortcutsOn();
  const ways = { renew: useRenewal(gate), accept: useAcceptance(gate) };
  const [asked, setAsked] = useState<{ way: Way; shown: Staleness } | null>(null);
  const ask = (way: Way) => {
    ways[way].reset();
    setAsked({ way, shown: staleness });
  };
  const verdicts = { renew: canRenew(staleness, role), accept: canAccept(gate, role) };
  useShortcuts([
    ...(verdicts.renew === true ? [{ key: "a", label: t("renew"), run: () => ask("renew") }] : []),
    ...(verdicts.accept === true
      ? [{ key: "i", label: t("accept"), run: () => ask("accept") }]
      : []),
  ]);
  return (
    <div className="flex flex-wrap gap-2">
      <GatedButton
        variant="primary"
        allowed={allowed(verdicts.renew)}
        aria-keyshortcuts={hasKeys ? "a" : undefined}
        onClick={() => ask("renew")}
      >
        {t("renew")}
      </GatedButton>
      <GatedButton
        allowed={allowed(verdicts.accept)}
        aria-keyshortcuts={hasKeys ? "i" : undefined}
        onClick={() => ask("accept")}
      >
        {t("acceptAsk")}
      </GatedButton>
      {asked && (
        <SettleDialog
          way={asked.way}
          gate={gate}
          shown={asked.shown}
          settle={ways[asked.way]}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
