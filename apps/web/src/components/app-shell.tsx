"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { BreadcrumbsProvider, BreadcrumbsSlot } from "./breadcrumbs";
import { CommandPalette } from "./command-palette";
import { LiveUpdatesPaused } from "./live-updates";
import { Logo } from "./logo";
import { LanguageMenu, ThemeMenu } from "./preferences-menus";
import { SectionsMenu, SectionsNavigation } from "./sections";
import { UserMenu } from "./user-menu";

type Props = { children: ReactNode };

/** The frame around every page for somebody who is signed in. */
export function AppShell({ children }: Props) {
  return (
    <BreadcrumbsProvider>
      <SkipLink />
      <Header />
      <div className="lg:grid lg:grid-cols-[11rem_minmax(0,1fr)]">
        <SectionsNavigation />
        <main id="content" tabIndex={-1} className="min-w-0 outline-none">
          {children}
        </main>
      </div>
    </BreadcrumbsProvider>
  );
}

function SkipLink() {
  const t = useTranslations("shell");
  return (
    <a
      href="#content"
      className="sr-only rounded-md bg-accent px-3 py-1.5 text-sm font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
    >
      {t("skipToContent")}
    </a>
  );
}

function Header() {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-1.5 border-b border-line bg-surface px-3 sm:px-5">
      <Link
        href={paths.portfolio()}
        prefetch={false}
        className="flex shrink-0 items-center gap-2 rounded-md font-semibold tracking-tight"
      >
        <Logo />
        <span className="hidden sm:inline">AgentLab</span>
        <span className="sr-only sm:hidden">AgentLab</span>
      </Link>
      <BreadcrumbsSlot />
      <LiveUpdatesPaused />
      <div className="flex shrink-0 items-center">
        <CommandPalette />
        <SectionsMenu />
        <LanguageMenu />
        <ThemeMenu />
        <UserMenu />
      </div>
    </header>
  );
}

/** The shell's outline while nobody knows yet who is there; without words, so without language. */
export function ShellSkeleton() {
  return (
    <div aria-busy className="h-12 border-b border-line bg-surface px-3 sm:px-5">
      <div className="flex h-full items-center">
        <Logo />
      </div>
    </div>
  );
}
