"use client";

import type { LucideIcon } from "lucide-react";
import { LayoutDashboard, Menu, Trash2, Users } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { Account } from "@/api/session";
import { useAccount } from "@/api/session";
import { paths } from "@/lib/paths";
import { DropdownMenu, MenuItem } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";

type Section = {
  name: "portfolio" | "bin" | "people";
  href: string;
  icon: LucideIcon;
  /** Who finds it; everybody unless it is said. */
  roles?: readonly Account["role"][];
};

/** The parts of AgentLab that one can go to from everywhere. */
const sections: readonly Section[] = [
  { name: "portfolio", href: paths.portfolio(), icon: LayoutDashboard },
  { name: "bin", href: paths.bin(), icon: Trash2 },
  { name: "people", href: paths.people(), icon: Users, roles: ["administrator"] },
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
