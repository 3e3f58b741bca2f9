import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight, Scale } from "lucide-react";
import { useState } from "react";
import type { Statement, WorkItem } from "@/api/work";
import { workItemsQuery } from "@/api/work";
import { ListFailure } from "@/components/list-failure";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { classes } from "@/ui/classes";
import { Skeleton } from "@/ui/skeleton";
import { StatusBar } from "./status-bar";
import { WorkBadge } from "./work-badge";

type Props = {
  projectId: string;
  item: WorkItem;
  /** It stands alone in a list that was searched: its parts are not below it. */
  isFlat?: boolean;
  isPart?: boolean;
};

/** An item with what each ledger says of it; an epic or a spec opens to show its parts. */
export function WorkRow({ projectId, item, isFlat = false, isPart = false }: Props) {
  const t = useTranslations("work");
  const [isOpen, setIsOpen] = useState(false);
  const isWhole = !isFlat && (item.kind === "epic" || item.parts.length > 0);
  return (
    <li className="border-t border-line first:border-t-0">
      <div
        className={classes(
          "grid grid-cols-[1.5rem_minmax(0,1fr)] items-start gap-x-2 gap-y-1.5 px-3 py-2.5 md:grid-cols-[1.5rem_minmax(0,1fr)_minmax(0,1.2fr)]",
          isPart && "pl-8 max-sm:pl-5",
        )}
      >
        {isWhole ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={t(isOpen ? "close" : "open", { item: item.title || item.key })}
            className="grid size-6 place-items-center rounded hover:bg-sunken"
            onClick={() => setIsOpen(!isOpen)}
          >
            <ChevronRight
              aria-hidden
              className={classes("size-4 text-muted transition-transform", isOpen && "rotate-90")}
            />
          </button>
        ) : (
          <span />
        )}
        <Name item={item} isFlat={isFlat} />
        <div className="min-w-0 max-md:col-start-2">
          <Ledgers item={item} />
        </div>
      </div>
      {isOpen && <Parts projectId={projectId} parent={item.key} />}
    </li>
  );
}

function Name({ item, isFlat }: Pick<Props, "item" | "isFlat">) {
  const t = useTranslations("work");
  const done = item.parts.find(({ status }) => status === "done")?.count ?? 0;
  const total = item.parts.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="grid min-w-0 gap-1">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="text-sm font-medium wrap-anywhere">{item.title || item.key}</span>
        {item.is_disputed && (
          <span className="inline-flex items-center gap-1 text-xs text-warning">
            <Scale aria-hidden className="size-3.5" />
            {t("disputed")}
          </span>
        )}
      </p>
      <p className="text-xs text-faint wrap-anywhere">
        {[t(`kinds.${item.kind}`), item.title && item.key, isFlat && item.parent]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {total > 0 && (
        <div className="flex max-w-xs items-center gap-2">
          <StatusBar counts={item.parts} className="flex-1" />
          <span className="text-xs text-muted tabular-nums">{t("doneOf", { done, total })}</span>
        </div>
      )}
    </div>
  );
}

/** What each ledger says, in its own word; ours where none says anything. */
function Ledgers({ item }: Pick<Props, "item">) {
  const t = useTranslations("work");
  const saying = item.statements.filter(({ raw }) => raw !== null);
  if (saying.length === 0) return <WorkBadge status={item.status} />;
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1">
      {saying.map((said) => (
        <li
          key={`${said.ledger}:${said.path}`}
          title={placeOf(said)}
          className="flex min-w-0 items-center gap-1.5"
        >
          <span className="text-xs text-muted">{t(nameOf(said, item))}</span>
          <WorkBadge status={said.status} raw={said.raw} />
        </li>
      ))}
    </ul>
  );
}

/** The file and the line, and what they say word for word. */
function placeOf({ path, line, text }: Statement) {
  const place = line === null ? path : `${path}:${line}`;
  return text ? `${place}\n${text}` : place;
}

/** A planning document speaks of itself, in its front matter as a spec does. */
function nameOf({ ledger }: Statement, { kind }: WorkItem) {
  return kind === "document" && ledger === "spec"
    ? "kinds.document"
    : (`ledgers.${ledger}` as const);
}

function Parts({ projectId, parent }: { projectId: string; parent: string }) {
  const t = useTranslations("work");
  const pages = useInfiniteQuery(workItemsQuery(projectId, { parent }));
  if (pages.isPending) return <Skeleton className="m-3 ml-12 h-10" />;
  if (!pages.data) return <ListFailure error={pages.error} onRetry={pages.refetch} />;
  const items = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="pb-3 pl-11 text-sm text-muted">{t("noParts")}</p>;
  return (
    <>
      <ul aria-label={t("partsOf", { item: parent })} className="border-t border-line bg-sunken/40">
        {items.map((item) => (
          <WorkRow key={item.id} projectId={projectId} item={item} isPart />
        ))}
      </ul>
      {pages.hasNextPage && (
        <div className="grid justify-center p-2">
          <Button size="sm" isBusy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}
