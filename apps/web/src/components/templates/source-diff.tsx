"use client";

import { useDeferredValue, useMemo } from "react";
import type { Schemas } from "@/api/client";
import { compare } from "@/components/text-diff/compare";
import { TextDiff } from "@/components/text-diff/text-diff";
import { useTranslations } from "@/lib/translations";

type Source = Schemas["SourceText"];
type Props = { before: Source; after: Source };

/** What changed in the file itself, word by word. */
export function SourceDiff({ before, after }: Props) {
  const t = useTranslations("templates");
  if (before.text === null || after.text === null) {
    return <p className="text-sm text-muted">{t("notText")}</p>;
  }
  if (before.sha256 === after.sha256) {
    return <p className="text-sm text-muted">{t("sameSource")}</p>;
  }
  return <Compared before={before.text} after={after.text} />;
}

function Compared({ before, after }: { before: string; after: string }) {
  const old = useDeferredValue(before);
  const fresh = useDeferredValue(after);
  const comparison = useMemo(() => compare(old, fresh), [old, fresh]);
  return <TextDiff comparison={comparison} />;
}
