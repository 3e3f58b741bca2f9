"use client";

import type { LucideIcon } from "lucide-react";
import {
  AppWindow,
  Contact,
  KeyRound,
  LayoutDashboard,
  Menu,
  Sheet,
  Tags,
  Trash2,
} from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { Account } from "@/api/session";
import { useAccount } from "@/api/session";
import { paths } from "@/lib/paths";
import { DropdownMenu, MenuItem } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";

type Section = {
  name: "portfolio" | "contacts" | "applications" | "spreadsheets" | "reference" | "tokens" | "bin";
  href: string;
  icon: LucideIcon;
  /** Who finds it; everybody unless it is said. */
  roles?: readonly Account["role"][];
};

/** The parts of AgentLab that one can go to from everywhere. */
const sections: readonly Section[] = [
  { name: "portfolio", href: paths.portfolio(), icon: LayoutDashboard },
  { name: "contacts", href: paths.contacts(), icon: Contact },
  { name: "applications", href: paths.applications(), icon: AppWindow },
  {
    name: "spreadsheets",
    href: paths.spreadsheets(),
    icon: Sheet,
    roles: ["product_owner", "administrator"],
  },
  { name: "reference", href: paths.reference(), icon: Tags, roles: ["administrator"] },
  { name: "tokens", href: paths.tokens(), icon: KeyRound },
  { name: "bin", href: paths.bin(), icon: Trash2 },
];

/** The sections that this person finds. */
export function useSections(): readonly Section[] {
  const { role } = useAccount();
  return sections.filter(({ roles }) => !roles || roles.includes(role));
}

export function SectionsMenu() {
  const t = useTranslations("shell");
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("sections")}>
          <Menu aria-hidden />
        </IconButton>
      }
    >
      {useSections().map(({ name, href, icon: Icon }) => (
        <MenuItem key={name} asChild>
          <Link href={href} prefetch={false}>
            <Icon aria-hidden />
            {t(`section.${name}`)}
          </Link>
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}
