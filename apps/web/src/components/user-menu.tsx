"use client";

import { Keyboard, LogOut, UserRound } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useAccount } from "@/api/session";
import { initials } from "@/lib/initials";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { useShortcuts } from "@/lib/use-shortcuts";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";
import { ShortcutsSheet } from "./shortcuts-sheet";
import { useSignOut } from "./use-sign-out";

export function UserMenu() {
  const t = useTranslations("shell");
  const account = useAccount();
  const signOut = useSignOut();
  const shortcuts = useTranslations("shortcuts");
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  useShortcuts([{ key: "?", label: shortcuts("open"), run: () => setIsSheetOpen(true) }]);
  return (
    <>
      <DropdownMenu
        trigger={
          <IconButton label={t("account", { name: account.name })}>
            <span
              aria-hidden
              // Drawn, not written: a button's name has to begin with the words that are read in it.
              data-initials={initials(account.name)}
              className="grid size-6 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-text before:content-[attr(data-initials)]"
            />
          </IconButton>
        }
      >
        <MenuLabel>
          <span className="block text-sm font-medium text-text">{account.name}</span>
          <span className="block">{account.email}</span>
          <span className="block">{t(`roles.${account.role}`)}</span>
        </MenuLabel>
        <MenuSeparator />
        <MenuItem asChild>
          <Link href={paths.profile()} prefetch={false}>
            <UserRound aria-hidden />
            {t("profile")}
          </Link>
        </MenuItem>
        <MenuItem onSelect={() => setIsSheetOpen(true)}>
          <Keyboard aria-hidden />
          {shortcuts("title")}
        </MenuItem>
        <MenuItem onSelect={() => signOut.mutate()}>
          <LogOut aria-hidden />
          {t("signOut")}
        </MenuItem>
      </DropdownMenu>
      {isSheetOpen && <ShortcutsSheet onClose={() => setIsSheetOpen(false)} />}
    </>
  );
}
