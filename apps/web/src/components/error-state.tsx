"use client";

import { CircleHelp, TriangleAlert, Unplug } from "lucide-react";
import Link from "next/link";
import { ApiProblem } from "@/api/client";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { PageTitle } from "./page-title";
import { useProblemText } from "./problem-text";

type Props = { error: unknown; onRetry: () => void };
type Kind = "offline" | "missing" | "failed";

const icons = { offline: Unplug, missing: CircleHelp, failed: TriangleAlert };

/** In place of content that could not be loaded: what happened, and the way on. */
export function ErrorState({ error, onRetry }: Props) {
  const t = useTranslations("errors");
  const problemText = useProblemText();
  const kind = kindOf(error);
  const Icon = icons[kind];
  const requestId = error instanceof ApiProblem ? error.requestId : null;
  return (
    <div
      role="alert"
      className="mx-auto grid max-w-md justify-items-center gap-3 py-20 text-center"
    >
      <PageTitle>{t(kind)}</PageTitle>
      <Icon aria-hidden className="size-8 text-faint" strokeWidth={1.5} />
      <h1 className="text-lg font-semibold">{t(kind)}</h1>
      <p className="text-muted">{problemText(error)}</p>
      <div className="mt-2 flex gap-2">
        {kind !== "missing" && (
          <Button variant="primary" onClick={onRetry}>
            {t("retry")}
          </Button>
        )}
        <Button asChild>
          <Link href={paths.portfolio()} prefetch={false}>
            {t("home")}
          </Link>
        </Button>
      </div>
      {requestId && (
        <p className="mt-2 text-xs text-faint">
          {t("requestId")} <code className="font-mono select-all">{requestId}</code>
        </p>
      )}
    </div>
  );
}

function kindOf(error: unknown): Kind {
  if (!(error instanceof ApiProblem)) return "failed";
  if (error.status === 404) return "missing";
  return error.code === "no_connection" || error.code === "unavailable" ? "offline" : "failed";
}
