import { useEffect, useRef } from "react";
import { useProblemText } from "@/components/problem-text";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";

type Props = {
  hasMore: boolean;
  isLoading: boolean;
  error: Error | null;
  onMore: () => void;
};

/** The next page comes when its place is scrolled near to, or when it is asked for. */
export function MoreProjects({ hasMore, isLoading, error, onMore }: Props) {
  const t = useTranslations("portfolio");
  const problemText = useProblemText();
  const place = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  useEffect(() => {
    more.current = onMore;
  });
  const mayAsk = hasMore && !isLoading && !error;
  useEffect(() => {
    const element = place.current;
    if (!mayAsk || !element || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && more.current(),
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [mayAsk]);
  if (!hasMore) return null;
  return (
    <div ref={place} className="mt-4 grid justify-items-center gap-2">
      {error && <Callout tone="danger">{problemText(error)}</Callout>}
      <Button isBusy={isLoading} onClick={onMore}>
        {t("more")}
      </Button>
    </div>
  );
}
