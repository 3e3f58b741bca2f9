"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { use } from "react";
import { keepLanguage } from "@/api/profile";
import { AccountContext } from "@/api/session";
import type { Language } from "@/lib/language";
import { chooseLanguage, languageNames, languages, useLanguage } from "@/lib/language";
import { chooseTheme, themes, useTheme } from "@/lib/theme";
import { useTranslations } from "@/lib/translations";
import { DropdownMenu, MenuChoices } from "@/ui/dropdown-menu";
import { IconButton } from "@/ui/icon-button";

export function LanguageMenu() {
  const t = useTranslations("shell");
  const language = useLanguage();
  const choose = useChooseLanguage();
  const choices = languages.map((value) => ({ value, label: languageNames[value], lang: value }));
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("language")}>
          <Languages aria-hidden />
        </IconButton>
      }
    >
      <MenuChoices
        label={t("language")}
        value={language}
        onValueChange={(value) => choose(value === "fr" ? "fr" : "en")}
        choices={choices}
      />
    </DropdownMenu>
  );
}

/** At once in this browser; of somebody who is signed in it becomes the choice for all of theirs. */
function useChooseLanguage(): (language: Language) => void {
  const account = use(AccountContext);
  const client = useQueryClient();
  return (language) => {
    chooseLanguage(language);
    if (account) void keepLanguage(client, language);
  };
}

export function ThemeMenu() {
  const t = useTranslations("shell");
  const theme = useTheme();
  const choices = [
    { value: "system", label: t("themeSystem"), icon: <Monitor aria-hidden /> },
    { value: "light", label: t("themeLight"), icon: <Sun aria-hidden /> },
    { value: "dark", label: t("themeDark"), icon: <Moon aria-hidden /> },
  ];
  const choose = (value: string) => chooseTheme(themes.find((one) => one === value) ?? null);
  return (
    <DropdownMenu
      trigger={
        <IconButton label={t("theme")}>
          <Sun aria-hidden className="dark:hidden" />
          <Moon aria-hidden className="hidden dark:block" />
        </IconButton>
      }
    >
      <MenuChoices
        label={t("theme")}
        value={theme ?? "system"}
        onValueChange={choose}
        choices={choices}
      />
    </DropdownMenu>
  );
}
