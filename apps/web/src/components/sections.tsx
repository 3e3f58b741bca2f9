"use client";

import type { LucideIcon } from "lucide-react";
import {
  AppWindow,
  Building2,
  ChartColumn,
  Contact,
  DatabaseBackup,
  HeartPulse,
  History,
  Inbox,
  KeyRound,
  LayoutDashboard,
  Library,
  Menu,
  ScrollText,
  Sheet,
  Tags,
  Trash2,
  Users,
} from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import type { Account } from "@/api/session";
import { useAccount } from "@/api/session";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";
import { DropdownMenu, MenuItem } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";
import { InboxBadge, InboxDot } from "./inbox-badge";

type Section = {
  name:
    | "portfolio"
    | "clients"
    | "inbox"
    | "activity"
    | "analytics"
    | "contacts"
    | "applications"
    | "templates"
    | "spreadsheets"
    | "bin"
    | "people"
    | "reference"
    | "audit"
    | "backups"
    | "statusPage"
    | "tokens";
  href: string;
  icon: LucideIcon;
  /** Who finds it; everybody unless it is said. */
  roles?: readonly Account["role"][];
  /** Pressed after `g`, it leads there. */
  key?: string;
};

/** The parts of AgentLab that one can go to from everywhere. */
const sections: readonly Section[] = [
  { name: "portfolio", href: paths.portfolio(), icon: LayoutDashboard, key: "p" },
  { name: "clients", href: paths.clients(), icon: Building2, key: "e" },
  { name: "inbox", href: paths.inbox(), icon: Inbox, key: "i" },
  { name: "activity", href: paths.activity(), icon: History, key: "a" },
  { name: "analytics", href: paths.analytics(), icon: ChartColumn, key: "y" },
  { name: "contacts", href: paths.contacts(), icon: Contact, key: "c" },
  { name: "applications", href: paths.applications(), icon: AppWindow, key: "l" },
  { name: "templates", href: paths.templates(), icon: Library, key: "m" },
  {
    name: "spreadsheets",
    href: paths.spreadsheets(),
    icon: Sheet,
    key: "s",
    roles: ["product_owner", "administrator"],
  },
  { name: "bin", href: paths.bin(), icon: Trash2, key: "b" },
  { name: "people", href: paths.people(), icon: Users, key: "u", roles: ["administrator"] },
  { name: "reference", href: paths.reference(), icon: Tags, key: "r", roles: ["administrator"] },
  { name: "audit", href: paths.audit(), icon: ScrollText, key: "t", roles: ["administrator"] },
  {
    name: "backups",
    href: paths.backups(),
    icon: DatabaseBackup,
    key: "d",
    roles: ["administrator"],
  },
  {
    name: "statusPage",
    href: paths.statusPage(),
    icon: HeartPulse,
    key: "h",
    roles: ["administrator"],
  },
  { name: "tokens", href: paths.tokens(), icon: KeyRound, key: "k" },
];

/** The sections that this person finds. */
export function useSections(): readonly Section[] {
  const { role } = useAccount();
  return sections.filter(({ roles }) => !roles || roles.includes(role));
}

/** Whether the page is the section's, or below it. */
function useIsHere(): (href: string) => boolean {
  const path = usePathname();
  return (href) => path === href || (href !== "/" && path.startsWith(`${href}/`));
}

/** On a wide screen: always there, and quiet. Its keys work on every screen. */
export function SectionsNavigation() {
  const t = useTranslations("shell");
  const isHere = useIsHere();
  const router = useRouter();
  const found = useSections();
  useShortcuts(
    found.flatMap(({ name, href, key }) =>
      key
        ? [
            {
              key: `g ${key}`,
              label: t("goTo", { section: t(`section.${name}`) }),
              run: () => router.push(href),
            },
          ]
        : [],
    ),
  );
  return (
    <nav
      aria-label={t("sections")}
      className="sticky top-12 h-[calc(100dvh-3rem)] overflow-y-auto border-r border-line p-2 max-lg:hidden"
    >
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-0.5">
        {found.map(({ name, href, icon: Icon }) => (
          <li key={name}>
            <Link
              href={href}
              prefetch={false}
              aria-current={isHere(href) ? "page" : undefined}
              className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm text-muted hover:bg-sunken hover:text-text aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-text [&_svg]:size-4 [&_svg]:shrink-0"
            >
              <Icon aria-hidden />
              <span className="truncate">{t(`section.${name}`)}</span>
              {name === "inbox" && <InboxBadge className="ml-auto" />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** On a narrow one. */
export function SectionsMenu() {
  const t = useTranslations("shell");
  const isHere = useIsHere();
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("sections")} className="lg:hidden">
          <span className="relative">
            <Menu aria-hidden />
            <InboxDot />
          </span>
        </IconButton>
      }
    >
      {useSections().map(({ name, href, icon: Icon }) => (
        <MenuItem key={name} asChild>
          <Link
            href={href}
            prefetch={false}
            aria-current={isHere(href) ? "page" : undefined}
            className="aria-[current=page]:font-medium"
          >
            <Icon aria-hidden />
            {t(`section.${name}`)}
            {name === "inbox" && <InboxBadge className="ml-auto" />}
          </Link>
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}
