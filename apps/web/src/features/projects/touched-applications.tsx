"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { applicationsOfProjectQuery } from "@/api/catalogue";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Badge } from "@/ui/badge";
import { Card } from "@/ui/card";

/** The applications that the project builds or changes; nothing where there are none. */
export function TouchedApplications({ projectId }: { projectId: string }) {
  const t = useTranslations("applications");
  const { data } = useQuery(applicationsOfProjectQuery(projectId));
  if (!data || data.items.length === 0) return null;
  return (
    <Card>
      <section aria-labelledby="applications">
        <h2 id="applications" className="p-3 pl-4 font-semibold">
          {t("title")}
        </h2>
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
    </Card>
  );
}
