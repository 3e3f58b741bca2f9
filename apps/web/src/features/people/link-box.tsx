import { useTimeZone } from "use-intl";
import { CopyButton } from "@/components/copy-button";
import { absoluteTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { Input } from "@/ui/input";
import type { Link } from "./queries";

/** A link that is shown once, to be passed on. */
export function LinkBox({ link }: { link: Link }) {
  const t = useTranslations("people");
  const language = useLanguage();
  const timeZone = useTimeZone();
  const address = `${window.location.origin}${link.path}`;
  return (
    <div className="grid gap-3">
      <div className="flex items-center gap-1">
        <Input
          readOnly
          aria-label={t("link.label")}
          value={address}
          onFocus={(event) => event.target.select()}
          className="font-mono text-xs"
        />
        <CopyButton text={address} label={t("link.copy")} />
      </div>
      <p className="text-sm text-muted">
        {t("link.about", { until: absoluteTime(link.expires_at, language, timeZone) })}
      </p>
      <Callout tone="warning">{t("link.once")}</Callout>
    </div>
  );
}
