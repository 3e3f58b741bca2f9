import type { LucideIcon } from "lucide-react";
import {
  AlarmClock,
  AlarmClockOff,
  Check,
  CircleQuestionMark,
  Diamond,
  FileClock,
  GitCompareArrows,
  GitFork,
  MessageSquareText,
  TriangleAlert,
  X,
} from "lucide-react";
import Link from "next/link";
import { useNow } from "use-intl";
import type { Inbox, Item, ItemKind } from "@/api/inbox";
import { spaced } from "@/components/routes";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { minutesOf } from "./reading-bar";
import { useTitleOf } from "./use-title-of";

type Props = {
  item: Item;
  wordsAMinute: Inbox["reading"]["words_a_minute"];
  onDecide: (item: Item, verdict: "approved" | "rejected") => void;
  onAnswer: (item: Item) => void;
  onSnooze: (item: Item) => void;
  onUnsnooze: (item: Item) => void;
};

const icons: Record<ItemKind, LucideIcon> = {
  gate: Diamond,
  question: MessageSquareText,
  stale: FileClock,
  conflict: TriangleAlert,
  contradiction: GitCompareArrows,
};

function iconOf({ kind, asks }: Item): LucideIcon {
  if (asks) return asks.condition ? CircleQuestionMark : GitFork;
  return icons[kind];
}

const hrefOf = ({ gate_id, place }: Item) =>
  gate_id ? paths.gate(gate_id) : paths.project(place.project_id);

export function InboxRow({ item, wordsAMinute, ...actions }: Props) {
  const t = useTranslations("inbox");
  const Icon = iconOf(item);
  const title = useTitleOf()(item);
  return (
    <li
      data-item={`${item.kind} ${item.id}`}
      className="relative grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-2 px-4 py-3 focus-within:bg-sunken sm:grid-cols-[auto_minmax(0,1fr)_auto]"
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-text" />
      <div className="grid min-w-0 gap-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={hrefOf(item)}
            prefetch={false}
            className="min-w-0 font-medium wrap-anywhere hover:underline"
          >
            {title}
          </Link>
          <Due item={item} />
          {(item.approvals_needed ?? 1) > 1 && (
            <Badge>
              {t("approvals", {
                given: item.approvals_given ?? 0,
                needed: item.approvals_needed ?? 1,
              })}
            </Badge>
          )}
        </p>
        <p className="text-sm text-muted wrap-anywhere">
          {item.place.client} / {item.place.project}
        </p>
        {item.text && (
          <p className="line-clamp-2 max-w-prose text-sm wrap-anywhere">
            {item.by && <span className="text-muted">{t("says", { name: item.by })} </span>}
            {item.asks ? spaced(item.text) : item.text}
          </p>
        )}
        <Facts item={item} wordsAMinute={wordsAMinute} />
        {item.snoozed_until && <Snoozed item={item} />}
      </div>
      <RowActions item={item} {...actions} />
    </li>
  );
}

function Due({ item }: { item: Item }) {
  const t = useTranslations("inbox");
  const now = useNow({ updateInterval: 60_000 });
  if (!item.due_at) return null;
  const isLate = new Date(item.due_at) < now;
  return (
    <Badge tone={isLate ? "danger" : "warning"}>
      {t(isLate ? "late" : "due")} <When at={item.due_at} />
    </Badge>
  );
}

/** Since when, how much to read, and why it stands where it stands. */
function Facts({ item, wordsAMinute }: Pick<Props, "item" | "wordsAMinute">) {
  const t = useTranslations("inbox");
  const { points, weight, days, pressure } = item.cost;
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted">
      <When at={item.since} />
      {item.words > 0 && (
        <span>{t("toRead", { minutes: minutesOf(item.words, wordsAMinute) })}</span>
      )}
      <span>
        {pressure > 0
          ? t("costDue", { points, weight, days, pressure })
          : t("cost", { points, weight, days })}
      </span>
    </p>
  );
}

function Snoozed({ item }: { item: Item }) {
  const t = useTranslations("inbox");
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 text-sm text-warning">
      <AlarmClock aria-hidden className="size-4" />
      <span>
        {t("comesBack")} {item.snoozed_until && <When at={item.snoozed_until} />}
      </span>
      <span className="text-text wrap-anywhere">{item.snooze_reason}</span>
    </p>
  );
}

function RowActions(props: Omit<Props, "wordsAMinute">) {
  const { item, onDecide, onAnswer, onSnooze, onUnsnooze } = props;
  const t = useTranslations("inbox");
  const name = { title: useTitleOf()(item) };
  return (
    <div className="col-start-2 flex flex-wrap items-start gap-2 sm:col-start-3">
      {item.snoozed_until ? (
        <Button onClick={() => onUnsnooze(item)} aria-label={t("unsnoozeNamed", name)}>
          <AlarmClockOff aria-hidden />
          {t("unsnooze")}
        </Button>
      ) : (
        <>
          {item.kind === "gate" && (
            <>
              <Button
                onClick={() => onDecide(item, "rejected")}
                aria-label={t("rejectNamed", name)}
              >
                <X aria-hidden className="text-danger" />
                {t("reject")}
              </Button>
              <Button
                onClick={() => onDecide(item, "approved")}
                aria-label={t("approveNamed", name)}
              >
                <Check aria-hidden className="text-success" />
                {t("approve")}
              </Button>
            </>
          )}
          {item.asks && (
            <Button onClick={() => onAnswer(item)} aria-label={t("answerNamed", name)}>
              {t("answer")}
            </Button>
          )}
          <Button
            variant="quiet"
            onClick={() => onSnooze(item)}
            aria-label={t("snoozeNamed", name)}
          >
            <AlarmClock aria-hidden />
            <span className={classes(item.kind === "gate" && "max-sm:sr-only")}>{t("snooze")}</span>
          </Button>
        </>
      )}
    </div>
  );
}
