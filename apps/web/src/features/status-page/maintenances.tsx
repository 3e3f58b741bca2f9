import { CalendarClock } from "lucide-react";
import { useState } from "react";
import { useFormatter } from "use-intl";
import { EmptyState } from "@/components/empty-state";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Card } from "@/ui/card";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { showToast } from "@/ui/toast-store";
import type { Maintenance } from "./queries";
import { useCancellation } from "./queries";
import { Section } from "./section";
import { useTold } from "./use-told";

const isComing = ({ stage }: Maintenance) => stage === "scheduled" || stage === "in_progress";

/** What is planned or under way, the next first; what is over is folded up below. */
export function Maintenances({ maintenances }: { maintenances: readonly Maintenance[] }) {
  const t = useTranslations("statusPage");
  const [chosen, setChosen] = useState<Maintenance | null>(null);
  const coming = maintenances.filter(isComing);
  const over = maintenances.filter((each) => !isComing(each));
  return (
    <Section title={t("maintenance")}>
      <Card>
        {coming.length === 0 ? (
          <EmptyState icon={CalendarClock} title={t("noMaintenance")}>
            {t("noMaintenanceAbout")}
          </EmptyState>
        ) : (
          <List maintenances={coming} onCancel={setChosen} />
        )}
        {over.length > 0 && (
          <details className="border-t border-line">
            <summary className="px-4 py-3 text-sm text-muted hover:bg-sunken">
              {t("earlier")}
            </summary>
            <List maintenances={over} />
          </details>
        )}
      </Card>
      {chosen && <Cancellation maintenance={chosen} onClose={() => setChosen(null)} />}
    </Section>
  );
}

type ListProps = {
  maintenances: readonly Maintenance[];
  onCancel?: (maintenance: Maintenance) => void;
};

function List({ maintenances, onCancel }: ListProps) {
  return (
    <ul className="divide-y divide-line">
      {maintenances.map((maintenance) => (
        <Row key={maintenance.id} maintenance={maintenance} onCancel={onCancel} />
      ))}
    </ul>
  );
}

type RowProps = Pick<ListProps, "onCancel"> & { maintenance: Maintenance };

function Row({ maintenance, onCancel }: RowProps) {
  const t = useTranslations("statusPage");
  const told = useTold();
  const format = useFormatter();
  const { stage, starts_at: starts, ends_at: ends } = maintenance;
  const moment = (at: string) =>
    format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  const names = { title: told(maintenance.title), when: moment(starts) };
  const isUnderWay = stage === "in_progress";
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 p-4">
      <div className="grid min-w-0 gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="min-w-0 font-medium wrap-anywhere">{names.title}</h3>
          <Badge tone={isUnderWay ? "accent" : "neutral"}>{t(`stages.${stage}`)}</Badge>
        </div>
        <p className="text-xs text-muted">
          {t("lasted", { from: moment(starts), to: moment(ends) })}
        </p>
        <p className="text-sm wrap-anywhere whitespace-pre-line">{told(maintenance.words)}</p>
      </div>
      {onCancel && (
        <Button
          size="sm"
          aria-label={t(isUnderWay ? "endOne" : "callOffOne", names)}
          onClick={() => onCancel(maintenance)}
        >
          {t(isUnderWay ? "end" : "callOff")}
        </Button>
      )}
    </li>
  );
}

type CancellationProps = { maintenance: Maintenance; onClose: () => void };

function Cancellation({ maintenance, onClose }: CancellationProps) {
  const t = useTranslations("statusPage");
  const problemText = useProblemText();
  const cancelling = useCancellation();
  const isUnderWay = maintenance.stage === "in_progress";
  const cancel = () =>
    cancelling.mutate(maintenance, {
      onSuccess: () => {
        onClose();
        showToast({ tone: "success", title: t(isUnderWay ? "ended" : "calledOff") });
      },
    });
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={onClose}
      title={t(isUnderWay ? "endTitle" : "callOffTitle")}
      description={t(isUnderWay ? "endAbout" : "callOffAbout")}
      confirmLabel={t(isUnderWay ? "end" : "callOff")}
      cancelLabel={t("keep")}
      isBusy={cancelling.isPending}
      isDangerous
      onConfirm={cancel}
    >
      {cancelling.error && <Callout tone="danger">{problemText(cancelling.error)}</Callout>}
    </ConfirmDialog>
  );
}
