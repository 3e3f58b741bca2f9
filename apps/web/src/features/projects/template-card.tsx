"use client";

import { Download } from "lucide-react";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import type { Stage } from "@/api/projects";
import { templateSourceAddress } from "@/api/projects";
import { CopyButton } from "@/components/copy-button";
import { Diagram } from "@/components/markdown/diagram";
import { useTranslations } from "@/lib/translations";
import { Button } from "@/ui/button";
import { Disclosure } from "@/ui/disclosure";
import { ScrollBox } from "@/ui/scroll-box";
import { arrowsOf, boxOf, markedDiagram } from "./flow-diagram";

type Template = Schemas["TemplateSummary"];
type Props = { template: Template; stages: readonly Stage[] };

/** What the workflow is, as its author wrote it. */
export function TemplateCard({ template, stages }: Props) {
  const t = useTranslations("projects");
  return (
    <Disclosure title={t("aboutWorkflow")} about={template.name}>
      <div className="grid gap-5">
        {template.description && (
          <p className="max-w-prose whitespace-pre-line">{template.description}</p>
        )}
        {template.when_to_use.length > 0 && (
          <Part title={t("whenToUse")}>
            <ul className="grid max-w-prose list-disc gap-1 pl-5">
              {template.when_to_use.map((use) => (
                <li key={use}>{use}</li>
              ))}
            </ul>
          </Part>
        )}
        {template.flow_diagram && (
          <Part title={t("flow")}>
            <Flow source={template.flow_diagram} stages={stages} />
          </Part>
        )}
        <Prompts prompts={template.handoff_prompts} />
        <Source template={template} />
      </div>
    </Disclosure>
  );
}

/** The diagram that comes with the template, with where the project stands, also as text. */
function Flow({ source, stages }: { source: string; stages: readonly Stage[] }) {
  const t = useTranslations("projects");
  const active = stages.filter(({ state }) => state === "current" || state === "submitted");
  const isMarked = active.some((stage) => boxOf(source, stage) !== null);
  const arrows = arrowsOf(source);
  const titles = active.map(({ title }) => title).join(", ");
  return (
    <div className="grid gap-3">
      {active.length > 0 && (
        <p className="flex items-center gap-2 text-sm text-muted">
          {isMarked && (
            <span aria-hidden className="size-3 shrink-0 rounded-xs border-2 border-warning" />
          )}
          {t(isMarked ? "flowHere" : "flowUnmarked", { stages: titles })}
        </p>
      )}
      <ScrollBox label={t("flow")} className="max-h-[70vh] overflow-auto">
        <div className="markdown whole max-w-none!">
          <Diagram source={source} drawn={markedDiagram(source, active)} />
        </div>
      </ScrollBox>
      {arrows.length > 0 && (
        <details className="text-sm">
          <summary className="text-muted">{t("flowAsText")}</summary>
          <ul className="mt-2 grid gap-1">
            {arrows.map(({ from, to, label }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an arrow is its place in the diagram
              <li key={index} className="wrap-anywhere">
                {from} <span aria-hidden>→</span> <span className="sr-only">{t("leadsTo")}</span>{" "}
                {to}
                {label && <span className="text-muted"> ({label})</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Prompts({ prompts }: { prompts: Template["handoff_prompts"] }) {
  const t = useTranslations("projects");
  const entries = Object.entries(prompts);
  if (entries.length === 0) return null;
  return (
    <Part title={t("handoffPrompts")}>
      <ul className="grid gap-2">
        {entries.map(([key, prompt]) => (
          <li key={key} className="rounded-md border border-line p-3">
            <div className="mb-1 flex items-center justify-between gap-2">
              <span className="text-xs font-medium text-muted">{key.replaceAll("_", " ")}</span>
              <CopyButton text={prompt} label={t("copyPrompt")} />
            </div>
            <p className="text-sm whitespace-pre-line">{prompt}</p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Source({ template }: Pick<Props, "template">) {
  const t = useTranslations("projects");
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button asChild size="sm">
        <a href={templateSourceAddress(template.id)} download>
          <Download aria-hidden />
          {t("downloadSource")}
        </a>
      </Button>
      <code className="font-mono text-xs text-muted wrap-anywhere">{template.source_path}</code>
    </div>
  );
}
