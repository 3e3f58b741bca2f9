"use client";

import { Compass } from "lucide-react";
import Link from "next/link";
import { paths } from "@/lib/paths";
import { useHydrated } from "@/lib/route-ids";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { PageTitle } from "./page-title";

export function NotFoundPage() {
  const t = useTranslations("errors");
  if (!useHydrated()) return null;
  return (
    <main className="mx-auto grid min-h-dvh max-w-md place-content-center justify-items-center gap-3 p-6 text-center">
      <PageTitle>{t("pageMissing")}</PageTitle>
      <Compass aria-hidden className="size-8 text-faint" strokeWidth={1.5} />
      <h1 className="text-lg font-semibold">{t("pageMissing")}</h1>
      <p className="text-muted">{t("pageMissingAbout")}</p>
      <Button asChild variant="primary" className="mt-2">
        <Link href={paths.portfolio()}>{t("home")}</Link>
      </Button>
    </main>
  );
}
