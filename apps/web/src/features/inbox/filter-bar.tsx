import type { Inbox } from "@/api/inbox";
import { FilterChoice } from "@/components/filters";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import type { InboxAddress } from "./use-inbox-filters";
import { KINDS } from "./use-inbox-filters";

type Props = { address: InboxAddress; inbox: Inbox };

const counted = {
  gate: "gates",
  question: "questions",
  stale: "stale",
  conflict: "conflicts",
  contradiction: "contradictions",
} as const;

export function FilterBar({ address, inbox }: Props) {
  const t = useTranslations("inbox");
  const { totals, clients } = inbox;
  const kinds = KINDS.map((kind) => ({
    value: kind,
    label: address.isSnoozed
      ? t(`kinds.${kind}`)
      : t("counted", { name: t(`kinds.${kind}`), count: totals[counted[kind]] }),
  }));
  const places = clients.map(({ id, name, count }) => ({
    value: id,
    label: t("counted", { name, count }),
  }));
  return (
    <search aria-label={t("filters")} className="mb-4 flex flex-wrap items-end gap-3">
      <FilterChoice
        label={t("kind")}
        everything={t("everything")}
        value={address.kind}
        options={kinds}
        onChange={address.chooseKind}
      />
      <FilterChoice
        label={t("client")}
        everything={t("everyClient")}
        value={address.client}
        options={places}
        onChange={address.chooseClient}
      />
      <Button
        className={classes("h-9", address.isSnoozed && "border-accent-line text-accent-text")}
        aria-pressed={address.isSnoozed}
        onClick={() => address.showSnoozed(!address.isSnoozed)}
      >
        {t("snoozedOnes", { count: totals.snoozed })}
      </Button>
    </search>
  );
}
