"use client";

import { useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import type { ReactNode } from "react";
import { createContext, use, useEffect, useState } from "react";
import type { Change } from "@/api/changes";
import { anythingMayHaveChanged, eventsAddress, othersChanged } from "@/api/changes";
import { confirmSession } from "@/api/session";
import { LiveConnection } from "@/lib/live-connection";
import { useTranslations } from "@/lib/translations";

type Props = { children: ReactNode };

const IsPausedContext = createContext(false);

/** Keeps what is on the screen up to date with what others do. Only below the session gate. */
export function LiveUpdates({ children }: Props) {
  const client = useQueryClient();
  const [isPaused, setIsPaused] = useState(false);
  useEffect(() => {
    const connection = new LiveConnection(eventsAddress, {
      onChanges: (data) => othersChanged(client, data.map(parsed)),
      onMissed: () => anythingMayHaveChanged(client),
      onRefused: () => confirmSession(client),
      onIsLostChange: setIsPaused,
    });
    return () => connection.close();
  }, [client]);
  return <IsPausedContext value={isPaused}>{children}</IsPausedContext>;
}

const parsed = (data: string) => JSON.parse(data) as Change;

/** Says, while the connection is lost, that the page does not follow the others any more. */
export function LiveUpdatesPaused() {
  const t = useTranslations("shell");
  const isPaused = use(IsPausedContext);
  return (
    <span role="status" className="shrink-0">
      {isPaused && (
        <span
          title={t("livePausedAbout")}
          className="flex animate-appear items-center gap-1.5 rounded-md px-1.5 py-0.5 text-xs text-warning"
        >
          <CloudOff aria-hidden className="size-4" />
          <span className="max-md:sr-only">{t("livePaused")}</span>
        </span>
      )}
    </span>
  );
}
