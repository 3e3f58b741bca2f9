"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { makeQueryClient } from "@/lib/query-client";
import { useTranslations } from "@/lib/translations";
import { Toaster } from "@/ui/toaster";
import { TooltipProvider } from "@/ui/tooltip";
import { LanguageProvider } from "./language-provider";

type Props = { children: ReactNode };

/** What every page stands on: the query cache, the language, tooltips and toasts. */
export function Providers({ children }: Props) {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <TooltipProvider delayDuration={300}>
          {children}
          <Notifications />
        </TooltipProvider>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

function Notifications() {
  const t = useTranslations("common");
  return <Toaster label={t("notifications")} closeLabel={t("close")} />;
}
