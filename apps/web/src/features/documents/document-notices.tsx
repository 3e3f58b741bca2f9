"use client";

import Link from "next/link";
import type { DocumentWithText } from "@/api/documents";
import { When } from "@/components/when";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";

type Props = { document: DocumentWithText };

/** What is not as one would think: an older version, or a file that is gone. */
export function DocumentNotices({ document }: Props) {
  const t = useTranslations("documents");
  const { shown, missing_since } = document;
  return (
    <div className="grid gap-3 not-empty:mb-4">
      {shown.number !== document.version && (
        <Callout tone="warning" title={t("oldVersion", { number: shown.number })}>
          <Link
            href={paths.document(document.id)}
            prefetch={false}
            className="justify-self-start underline underline-offset-2"
          >
            {t("showNewest", { number: document.version })}
          </Link>
        </Callout>
      )}
      {missing_since && (
        <Callout tone="warning" title={t("missing")}>
          <span>
            {t("missingAbout")} <When at={missing_since} />
          </span>
        </Callout>
      )}
    </div>
  );
}
