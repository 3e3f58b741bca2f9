"use client";

import en from "@messages/en.json";
import fr from "@messages/fr.json";
import type { ReactNode } from "react";
import { useEffect } from "react";
import type { Locale } from "use-intl";
import { IntlProvider } from "use-intl";
import type { Language } from "@/lib/language";
import { useLanguage } from "@/lib/language";
import { useChosenTimeZone } from "@/lib/time-zone";

const messages: Record<Language, typeof en> = { en, fr };

/** English is written the British way: 24 November 2026, 14:05. */
const locales: Record<Language, Locale> = { en: "en-GB", fr: "fr" };

type Props = { children: ReactNode };

export function LanguageProvider({ children }: Props) {
  const language = useLanguage();
  const timeZone = useChosenTimeZone();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <IntlProvider locale={locales[language]} messages={messages[language]} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}
