"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useId } from "react";
import { profileQuery } from "@/api/profile";
import { Page, PageHeader } from "@/components/page";
import { PageTitle } from "@/components/page-title";
import { ExportOwnData } from "@/components/privacy/privacy-actions";
import { QueryBoundary } from "@/components/query-boundary";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Card } from "@/ui/card";
import { Skeleton } from "@/ui/skeleton";
import { AboutForm } from "./about-form";
import { InboxForm } from "./inbox-form";
import { PasswordForm } from "./password-form";
import { SessionList } from "./session-list";

export function ProfileScreen() {
  const t = useTranslations("profile");
  return (
    <Page className="max-w-3xl">
      <PageTitle>{t("title")}</PageTitle>
      <PageHeader title={t("title")} about={t("about")} />
      <QueryBoundary skeleton={<Skeleton className="h-dvh" />}>
        <Parts />
      </QueryBoundary>
    </Page>
  );
}

function Parts() {
  const t = useTranslations("profile");
  const shell = useTranslations("shell");
  const { data: profile } = useSuspenseQuery(profileQuery);
  return (
    <div className="grid gap-6">
      <Part title={t("you")} about={`${profile.email} · ${shell(`roles.${profile.role}`)}`}>
        <AboutForm profile={profile} />
      </Part>
      <Part title={t("inbox")} about={t("inboxAbout")}>
        <InboxForm profile={profile} />
      </Part>
      <Part title={t("password")} about={t.rich("passwordAbout", { tokens: toTokens })}>
        <PasswordForm profile={profile} />
      </Part>
      <Part title={t("sessions")} about={t("sessionsAbout")}>
        <QueryBoundary skeleton={<Skeleton className="h-24" />}>
          <SessionList />
        </QueryBoundary>
      </Part>
      <Part title={t("data")} about={t("dataAbout")}>
        <div>
          <ExportOwnData />
        </div>
      </Part>
    </div>
  );
}

const toTokens = (words: ReactNode) => (
  <Link className="text-accent-text underline underline-offset-2" href={paths.tokens()}>
    {words}
  </Link>
);

type PartProps = { title: string; about: ReactNode; children: ReactNode };

function Part({ title, about, children }: PartProps) {
  const id = useId();
  return (
    <Card>
      <section aria-labelledby={id} className="grid gap-4 p-4 sm:p-5">
        <div className="grid gap-0.5">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          <p className="text-sm text-muted">{about}</p>
        </div>
        {children}
      </section>
    </Card>
  );
}
