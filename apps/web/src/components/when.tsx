import { useNow, useTimeZone } from "use-intl";
import { absoluteTime, relativeTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";

type Props = { at: string; className?: string };

/** A moment as "3 hours ago", with the full date on hover. Renewed each minute. */
export function When({ at, className }: Props) {
  const language = useLanguage();
  const timeZone = useTimeZone();
  const now = useNow({ updateInterval: 60_000 });
  return (
    <time dateTime={at} title={absoluteTime(at, language, timeZone)} className={className}>
      {relativeTime(at, now, language)}
    </time>
  );
}
