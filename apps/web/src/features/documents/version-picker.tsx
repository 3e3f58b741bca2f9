"use client";

import { useRouter } from "next/navigation";
import { useNow } from "use-intl";
import type { DocumentWithText } from "@/api/documents";
import { relativeTime } from "@/lib/dates";
import { useLanguage } from "@/lib/language";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Select } from "@/ui/select";

type Props = { document: DocumentWithText };

/** All versions, newest first, each with when it was seen and how its digest starts. */
export function VersionPicker({ document }: Props) {
  const t = useTranslations("documents");
  const language = useLanguage();
  const router = useRouter();
  const now = useNow();
  const options = document.versions.map((version) => ({
    value: String(version.number),
    label: t("versionOption", {
      number: version.number,
      when: relativeTime(version.seen_at, now, language),
      digest: version.sha256.slice(0, 7),
    }),
  }));
  const open = (value: string) => {
    const number = Number(value);
    const isNewest = number === document.version;
    router.push(paths.document(document.id, isNewest ? undefined : number), { scroll: false });
  };
  return (
    <Select
      aria-label={t("version")}
      value={String(document.shown.number)}
      onValueChange={open}
      options={options}
      className="h-8 w-auto text-sm"
    />
  );
}
