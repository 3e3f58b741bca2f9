"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { createContext, use } from "react";
import { documentAtPathQuery } from "@/api/documents";
import type { FileLink as Target } from "@/components/markdown/elements";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";

/** The project whose documents a text links to. */
export const ProjectIdContext = createContext<string | null>(null);

/** A link to another file of the project; plain words when AgentLab has no such document. */
export function FileLink({ path, fragment, children }: Target) {
  const t = useTranslations("documents");
  const projectId = use(ProjectIdContext);
  const found = useQuery({
    ...documentAtPathQuery(projectId ?? "", path),
    enabled: projectId !== null,
  });
  if (!found.data) {
    return <span title={found.isPending ? path : t("linkMissing", { path })}>{children}</span>;
  }
  const part = fragment ? `#user-content-${encodeURIComponent(fragment)}` : "";
  return (
    <Link href={`${paths.document(found.data)}${part}`} prefetch={false} title={path}>
      {children}
    </Link>
  );
}

export const renderFileLink = (target: Target) => <FileLink {...target} />;
