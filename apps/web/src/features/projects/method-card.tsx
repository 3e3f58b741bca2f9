"use client";

import { useQuery } from "@tanstack/react-query";
import { GitCompareArrows, Library } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { Project } from "@/api/projects";
import type { TemplateChange } from "@/api/templates";
import { templateChangesQuery, templateNewsQuery } from "@/api/templates";
import { SectionCard } from "@/components/levels/section-card";
import { ChangeDialog } from "@/components/templates/change-dialog";
import { Steps } from "@/components/templates/steps";
import { useCanChange } from "@/components/use-can-change";
import { When } from "@/components/when";
import { methodName } from "@/lib/method-name";
import { paths } from "@/lib/paths";
import { useTranslations } from "@/lib/translations";
import { Callout } from "@/ui/callout";
import { GatedButton } from "@/ui/gated-button";

type Props = { project: Project };

/** Which template the project follows, whether there is a newer one, and what changes did. */
export function MethodCard({ project }: Props) {
  const t = useTranslations("templates");
  const allowed = useCanChange();
  const [isOpen, setIsOpen] = useState(false);
  const template = project.workflow?.template ?? null;
  const news = useQuery({ ...templateNewsQuery(project.id), enabled: template !== null });
  const changes = useQuery({ ...templateChangesQuery(project.id), enabled: template !== null });
  const state = news.data?.state;
  const hasNews = state === "changed" || state === "settings" || state === "newer";
  return (
    <SectionCard
      title={t("method")}
      actions={
        <GatedButton
          size="sm"
          variant={hasNews ? "primary" : "secondary"}
          allowed={allowed}
          onClick={() => setIsOpen(true)}
        >
          <GitCompareArrows aria-hidden />
          {template ? t(hasNews ? "seeChanges" : "changeTemplate") : t("assign")}
        </GatedButton>
      }
    >
      <div className="grid gap-3 px-4 py-3">
        {template ? (
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
            <Library aria-hidden className="size-4 text-muted" />
            <Link
              href={paths.template(template.id)}
              prefetch={false}
              className="font-medium text-accent-text hover:underline"
            >
              <bdi>{template.name}</bdi>
            </Link>
            <span className="text-muted">{methodName(template.method, template.generation)}</span>
          </p>
        ) : (
          <p className="text-sm text-muted">{t("noTemplate")}</p>
        )}
        {state === "changed" && (
          <Callout tone="info" title={t("news.changed")}>
            {t("news.changedAbout", { path: news.data?.source_path ?? "" })}
          </Callout>
        )}
        {state === "settings" && (
          <Callout tone="info" title={t("news.settings")}>
            {t("news.settingsAbout", { path: news.data?.source_path ?? "" })}
          </Callout>
        )}
        {state === "newer" && <Callout tone="info">{t("news.newer")}</Callout>}
        {state === "missing" && (
          <Callout tone="warning">
            {t("news.missing", { path: news.data?.source_path ?? "" })}
          </Callout>
        )}
        {changes.data && changes.data.items.length > 0 && <Changes changes={changes.data.items} />}
      </div>
      {isOpen && (
        <ChangeDialog
          projectId={project.id}
          current={template}
          path={project.workspace?.path ?? ""}
          onClose={() => setIsOpen(false)}
        />
      )}
    </SectionCard>
  );
}

function Changes({ changes }: { changes: readonly TemplateChange[] }) {
  const t = useTranslations("templates");
  return (
    <ul aria-label={t("changes")} className="grid gap-2">
      {changes.map((change) => (
        <li key={change.id}>
          <details>
            <summary className="text-sm">
              {t("changedBy", { by: change.by ?? t("commandLine"), name: change.after.name })}{" "}
              <When at={change.at} className="text-muted" />
            </summary>
            <div className="grid gap-2 pt-2">
              {change.steps.length > 0 && <Steps steps={change.steps} label={t("stages")} />}
              <p className="text-sm text-muted">
                {t("unchangedStages", { count: change.kept_total })}
              </p>
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}
