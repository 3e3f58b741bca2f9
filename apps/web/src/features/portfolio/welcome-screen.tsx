"use client";

import { useAccount } from "@/api/session";
import { Page } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { useTranslations } from "@/lib/translations";
import { WaysIn } from "./ways-in";

/** The first page after the first administrator's account was made. */
export function WelcomeScreen() {
  const t = useTranslations("waysIn");
  const { name } = useAccount();
  return (
    <Page className="max-w-3xl pt-12">
      <PageTitle>{t("welcomeTitle")}</PageTitle>
      <h1 className="text-2xl font-semibold tracking-tight">{t("welcome", { name })}</h1>
      <p className="mt-1 mb-6 text-muted">{t("welcomeAbout")}</p>
      <WaysIn />
    </Page>
  );
}
