"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { createContext, use, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslations } from "@/lib/translations";

type Slot = { element: HTMLElement | null; place: (element: HTMLElement | null) => void };
const SlotContext = createContext<Slot>({ element: null, place: () => {} });

/** Lets a page deep below fill the header's breadcrumbs. */
export function BreadcrumbsProvider({ children }: { children: ReactNode }) {
  const [element, place] = useState<HTMLElement | null>(null);
  return <SlotContext value={{ element, place }}>{children}</SlotContext>;
}

export function BreadcrumbsSlot() {
  const { place } = use(SlotContext);
  return <div ref={place} className="ml-1 flex min-w-0 flex-1 items-center" />;
}

export type Crumb = { label: string; href?: string };
type Props = { crumbs: readonly Crumb[] };

/** The way from the portfolio to this page; the last one is the page itself. */
export function Breadcrumbs({ crumbs }: Props) {
  const t = useTranslations("shell");
  const { element } = use(SlotContext);
  if (!element) return null;
  return createPortal(
    <nav aria-label={t("breadcrumbs")} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-sm">
        {crumbs.map((crumb, index) => (
          <CrumbItem
            key={crumb.href ?? crumb.label}
            crumb={crumb}
            isLast={index === crumbs.length - 1}
          />
        ))}
      </ol>
    </nav>,
    element,
  );
}

function CrumbItem({ crumb, isLast }: { crumb: Crumb; isLast: boolean }) {
  const visibility = isLast ? "flex" : "hidden md:flex";
  return (
    <li className={`${visibility} min-w-0 items-center gap-1.5`}>
      <span aria-hidden className="text-faint">
        /
      </span>
      {crumb.href && !isLast ? (
        <Link
          href={crumb.href}
          prefetch={false}
          className="truncate rounded px-1 text-muted hover:bg-sunken hover:text-text"
        >
          {crumb.label}
        </Link>
      ) : (
        <span
          aria-current={isLast ? "page" : undefined}
          className={isLast ? "truncate px-1 font-medium" : "truncate px-1 text-muted"}
        >
          {crumb.label}
        </span>
      )}
    </li>
  );
}
