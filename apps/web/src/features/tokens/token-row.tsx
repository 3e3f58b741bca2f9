"use client";

import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useNow } from "use-intl";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { absoluteTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { showToast } from "@/ui/toast-store";
import type { Token } from "./queries";
import { useRevoke } from "./queries";

type Props = { token: Token; hasOwner: boolean };

/** A token: what it may do, until when, when it was used last, and the way to end it. */
export function TokenRow({ token, hasOwner }: Props) {
  const t = useTranslations("tokens");
  const [isAsking, setIsAsking] = useState(false);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="grid min-w-0 flex-1 basis-64 gap-1">
        <div className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 font-medium wrap-anywhere">{token.name}</span>
          <code className="font-mono text-xs text-muted">…{token.hint}</code>
          {token.scopes.map((scope) => (
            <Badge key={scope} tone={scope === "write" ? "accent" : "neutral"}>
              {t(`scope.${scope}`)}
            </Badge>
          ))}
          <Expiry token={token} />
        </div>
        <p className="text-sm text-muted wrap-anywhere">
          {hasOwner && <>{t("ownedBy", { name: token.owner.name })} · </>}
          {token.project_id && (
            <>{t("boundTo", { project: token.project_name ?? t("hiddenProject") })} · </>
          )}
          <LastUse token={token} />
        </p>
      </div>
      <Button
        size="sm"
        variant="quiet"
        aria-label={t("revokeNamed", { name: token.name })}
        onClick={() => setIsAsking(true)}
      >
        <Trash2 aria-hidden />
        {t("revoke")}
      </Button>
      {isAsking && <RevokeDialog token={token} onClose={() => setIsAsking(false)} />}
    </li>
  );
}

function Expiry({ token: { expires_at } }: { token: Token }) {
  const t = useTranslations("tokens");
  const language = useLanguage();
  const now = useNow({ updateInterval: 60_000 });
  if (expires_at === null) return <Badge>{t("endsNever")}</Badge>;
  const title = absoluteTime(expires_at, language);
  if (new Date(expires_at) <= now) {
    return (
      <Badge tone="danger" title={title}>
        {t("ended")}
      </Badge>
    );
  }
  return (
    <Badge title={title}>
      {t("ends")} <When at={expires_at} />
    </Badge>
  );
}

function LastUse({ token }: { token: Token }) {
  const t = useTranslations("tokens");
  if (token.last_used_at === null) return <>{t("neverUsed")}</>;
  return (
    <>
      {t("used")} <When at={token.last_used_at} />
      {token.last_used_address && <> {t("usedFrom", { address: token.last_used_address })}</>}
    </>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const t = useTranslations("tokens");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const revoke = useRevoke();
  const confirm = () =>
    revoke.mutate(token.id, {
      onSuccess: () => showToast({ tone: "success", title: t("revoked", { name: token.name }) }),
      onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
      onSettled: onClose,
    });
  return (
    <ConfirmDialog
      isOpen
      isDangerous
      onOpenChange={onClose}
      title={t("revokeTitle", { name: token.name })}
      description={t("revokeAbout")}
      confirmLabel={t("revoke")}
      cancelLabel={common("cancel")}
      isBusy={revoke.isPending}
      onConfirm={confirm}
    />
  );
}
