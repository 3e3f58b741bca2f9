"use client";

import type { LucideIcon } from "lucide-react";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "@/lib/translations";
import { IconButton } from "@/ui/icon-button";
import { showToast } from "@/ui/toast-store";

type Props = { text: string; label: string; icon?: LucideIcon; className?: string };

/** Puts a text on the clipboard and says for a moment that it did. */
export function CopyButton({ text, label, icon: Icon = Copy, className }: Props) {
  const t = useTranslations("common");
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
    } catch {
      // Browsers refuse it outside a safe connection.
      showToast({ tone: "danger", title: t("copyFailed") });
    }
  };
  return (
    <IconButton
      size="sm"
      label={isCopied ? t("copied") : label}
      onClick={copy}
      className={className}
    >
      {isCopied ? <Check aria-hidden className="text-success" /> : <Icon aria-hidden />}
    </IconButton>
  );
}
