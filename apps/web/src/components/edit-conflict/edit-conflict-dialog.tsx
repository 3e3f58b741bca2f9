"use client";

import type { ReactNode } from "react";
import { useState } from "react";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import { RadioCard, RadioGroup } from "@/ui/radio";
import { useProblemText } from "../problem-text";
import type { Difference, Side, Values } from "./merge";
import { differences } from "./merge";
import type { Conflict } from "./use-guarded-save";

type Props<V extends Values> = {
  conflict: Conflict<V>;
  /** What each field is called. */
  labels: Readonly<Record<keyof V & string, string>>;
  /** A value as people read it; null when it is empty. */
  show: <N extends keyof V & string>(name: N, value: V[N]) => string | null;
  isBusy: boolean;
  error: unknown;
  onSettle: (chosen: Readonly<Record<string, Side>>) => void;
  onClose: () => void;
};

/** "Changed by … meanwhile": field by field what it was, theirs and mine; the person chooses. */
export function EditConflictDialog<V extends Values>(props: Props<V>) {
  const { conflict, labels, show, isBusy, error, onSettle, onClose } = props;
  const t = useTranslations("conflict");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const { base, theirs, mine } = conflict;
  const found = differences(base.values, theirs.values, mine);
  const [chosen, setChosen] = useState(() => proposals(found));
  const all = (side: Side) => setChosen(Object.fromEntries(found.map(({ name }) => [name, side])));
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={theirs.by ? t("title", { name: theirs.by }) : t("titleUnknown")}
      description={t("about")}
      closeLabel={common("close")}
      className="w-[min(44rem,calc(100vw-2rem))]"
      footer={
        <>
          <Button onClick={onClose}>{t("back")}</Button>
          <Button variant="primary" isBusy={isBusy} onClick={() => onSettle(chosen)}>
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={() => all("theirs")}>
            {t("allTheirs")}
          </Button>
          <Button size="sm" onClick={() => all("mine")}>
            {t("allMine")}
          </Button>
        </div>
        {found.map(({ name, isContested }) => (
          <section key={name} aria-label={labels[name]} className="grid gap-2">
            <h3 className="flex flex-wrap items-center gap-2 text-sm font-semibold">
              {labels[name]}
              {isContested && <Badge tone="warning">{t("contested")}</Badge>}
            </h3>
            <p className="text-xs text-muted">
              {t("before")} <Shown text={show(name, base.values[name])} />
            </p>
            <RadioGroup
              label={labels[name]}
              value={chosen[name] ?? "mine"}
              onValueChange={(side) => setChosen({ ...chosen, [name]: side as Side })}
              className="sm:grid-cols-2"
            >
              <RadioCard value="theirs" title={theirs.by ?? t("theirs")}>
                <Shown text={show(name, theirs.values[name])} />
              </RadioCard>
              <RadioCard value="mine" title={t("mine")}>
                <Shown text={show(name, mine[name])} />
              </RadioCard>
            </RadioGroup>
          </section>
        ))}
        {error !== null && <Callout tone="danger">{problemText(error)}</Callout>}
      </div>
    </Dialog>
  );
}

function proposals<V extends Values>(found: readonly Difference<V>[]): Record<string, Side> {
  return Object.fromEntries(found.map(({ name, proposal }) => [name, proposal]));
}

function Shown({ text }: { text: string | null }): ReactNode {
  const t = useTranslations("conflict");
  if (text === null || text === "") return <em className="text-faint">{t("empty")}</em>;
  return <span className="line-clamp-6 whitespace-pre-wrap wrap-anywhere">{text}</span>;
}
