import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Monitor, Smartphone, SquareTerminal } from "lucide-react";
import { sessionKey } from "@/api/session";
import { useProblemText } from "@/components/problem-text";
import { When } from "@/components/when";
import { useTranslations } from "@/lib/translations";
import type { Device } from "@/lib/user-agent";
import { deviceOf } from "@/lib/user-agent";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { GatedButton } from "@/ui/gated-button";
import { showToast } from "@/ui/toast-store";
import type { Session } from "./queries";
import { sessionsQuery, useEndOtherSessions, useEndSession } from "./queries";

/** Where one is signed in, programs too; each can be ended, and all others at once. */
export function SessionList() {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const { data: sessions } = useSuspenseQuery(sessionsQuery);
  const endOthers = useEndOtherSessions();
  const hasOthers = sessions.some((session) => !session.is_current);
  return (
    <div className="grid gap-4">
      <ul className="grid divide-y divide-line rounded-md border border-line">
        {sessions.map((session) => (
          <SessionItem key={session.key} session={session} />
        ))}
      </ul>
      <div>
        <GatedButton
          allowed={hasOthers ? true : t("noOtherSessions")}
          isBusy={endOthers.isPending}
          onClick={() =>
            endOthers.mutate(undefined, {
              onSuccess: ({ ended }) =>
                showToast({ tone: "success", title: t("othersEnded", { count: ended }) }),
              onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
            })
          }
        >
          {t("endOthers")}
        </GatedButton>
      </div>
    </div>
  );
}

const phones = ["iPhone", "Android", "iPad"];

function SessionItem({ session }: { session: Session }) {
  const t = useTranslations("profile");
  const problemText = useProblemText();
  const client = useQueryClient();
  const end = useEndSession();
  const isProgram = session.kind === "api";
  const device = deviceOf(session.user_agent);
  const deviceName = useDeviceName()(device);
  const name = isProgram ? t("apiSignIn") : deviceName;
  const verb = session.is_current ? t("signOutHere") : t("end");
  const Screen = device.system && phones.includes(device.system) ? Smartphone : Monitor;
  const Icon = isProgram ? SquareTerminal : Screen;
  const isGone = () => {
    if (session.is_current) client.setQueryData(sessionKey, null);
    else showToast({ tone: "success", title: t("sessionEnded") });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2.5">
      <Icon aria-hidden className="size-5 shrink-0 text-muted" />
      <div className="min-w-40 flex-1">
        <div className="flex flex-wrap items-center gap-2 text-sm font-medium">
          <span title={isProgram ? t("apiSignInAbout") : session.user_agent}>{name}</span>
          {session.is_current && <Badge tone="accent">{t("thisSession")}</Badge>}
        </div>
        <div className="text-xs text-muted">
          {session.address && <>{session.address} · </>}
          {isProgram ? t("refreshedLast") : t("usedLast")} <When at={session.last_used_at} /> ·{" "}
          {t("signedIn")} <When at={session.started_at} />
        </div>
      </div>
      <Button
        size="sm"
        isBusy={end.isPending}
        aria-label={`${verb}: ${name}`}
        onClick={() =>
          end.mutate(session, {
            onSuccess: isGone,
            onError: (error) => showToast({ tone: "danger", title: problemText(error) }),
          })
        }
      >
        {verb}
      </Button>
    </li>
  );
}

function useDeviceName(): (device: Device) => string {
  const t = useTranslations("profile");
  return ({ browser, system }) => {
    if (browser && system) return t("device", { browser, system });
    return browser ?? system ?? t("unknownDevice");
  };
}
