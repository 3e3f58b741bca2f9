import { useQuery } from "@tanstack/react-query";
import { inboxTotalsQuery } from "@/api/inbox";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";

const MOST = 99;

/** How much waits; nothing while nothing does. Follows what others do. */
export function InboxBadge({ className }: { className?: string }) {
  const t = useTranslations("inbox");
  const { data } = useQuery(inboxTotalsQuery);
  if (!data?.items) return null;
  return (
    <Badge tone="accent" className={className}>
      <span aria-hidden className="tabular-nums">
        {data.items > MOST ? `${MOST}+` : data.items}
      </span>
      <span className="sr-only">{t("waiting", { count: data.items })}</span>
    </Badge>
  );
}

/** On the closed menu of a narrow screen: that something waits. */
export function InboxDot() {
  const { data } = useQuery(inboxTotalsQuery);
  if (!data?.items) return null;
  return <span className="absolute -top-1 -right-1 size-2 rounded-full bg-accent" />;
}
