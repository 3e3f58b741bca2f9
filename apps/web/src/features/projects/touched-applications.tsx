"use client";

import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { Place } from "@/api/catalogue";
import { applicationsOfProjectQuery } from "@/api/catalogue";
import { ListFailure } from "@/components/list-failure";
import { useCanChange } from "@/components/use-can-change";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";
import { GatedButton } from "@/ui/gated-button";
import { LinkApplicationDialog } from "./link-application-dialog";

type Props = { projectId: string; client: Place };

/** The applications that the project builds or changes, and the way to link another. */
export function TouchedApplications({ projectId, client }: Props) {
  const t = useTranslations("applications");
  const allowed = useCanChange();
  const [isLinking, setIsLinking] = useState(false);
  const { data, error, refetch } = useQuery(applicationsOfProjectQuery(projectId));
  if (error && !data) return <ListFailure error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Card>
      <section aria-labelledby="applications">
        <div className="flex items-center justify-between gap-3 p-3 pl-4">
          <h2 id="applications" className="font-semibold">
            {t("title")}
          </h2>
          <GatedButton size="sm" allowed={allowed} onClick={() => setIsLinking(true)}>
            <Link2 aria-hidden />
            {t("linkApplication")}
          </GatedButton>
        </div>
        {data.items.length === 0 && (
          <p className="px-4 pb-4 text-sm text-muted">{t("noApplicationAbout")}</p>
        )}
        <ul>
          {data.items.map(({ id, name, relation }) => (
            <li key={id} className="flex items-center gap-3 border-t border-line px-4 py-2">
              <Link
                href={paths.application(id)}
                prefetch={false}
                className="min-w-0 flex-1 truncate text-sm font-medium hover:underline"
              >
                <bdi>{name}</bdi>
              </Link>
              <Badge tone={relation === "builds" ? "accent" : "neutral"}>
                {t(`relation.${relation}`)}
              </Badge>
            </li>
          ))}
        </ul>
      </section>
      {isLinking && (
        <LinkApplicationDialog {...{ projectId, client }} onClose={() => setIsLinking(false)} />
      )}
    </Card>
  );
}
