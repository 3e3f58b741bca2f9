"use client";

import { CopyButton } from "@/components/copy-button";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Callout } from "@/ui/callout";
import { Dialog } from "@/ui/dialog";
import type { TokenMade } from "./queries";

type Props = { token: TokenMade; onClose: () => void };

/** The only time that anybody sees the token. */
export function MadeDialog({ token, onClose }: Props) {
  const t = useTranslations("tokens");
  const common = useTranslations("common");
  return (
    <Dialog
      isOpen
      // A click beside it must not lose the token.
      onOpenChange={() => {}}
      title={t("madeTitle", { name: token.name })}
      closeLabel={common("close")}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("madeDone")}
        </Button>
      }
    >
      <div className="grid gap-4">
        <Callout tone="warning">{t("madeAbout")}</Callout>
        <div className="flex items-start gap-2 rounded-md border border-line bg-sunken p-3">
          <code className="min-w-0 flex-1 font-mono text-sm select-all wrap-anywhere">
            {token.token}
          </code>
          <CopyButton text={token.token} label={t("copy")} />
        </div>
        <p className="text-sm text-muted">{t("madeUse")}</p>
        <code className="block font-mono text-xs text-muted wrap-anywhere">
          {`curl -H "Authorization: Bearer $AGENTLAB_TOKEN" ${origin()}/api/v1/session`}
        </code>
      </div>
    </Dialog>
  );
}

const origin = () => (typeof window === "undefined" ? "" : window.location.origin);
